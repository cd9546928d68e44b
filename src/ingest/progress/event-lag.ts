import type { PreparedJob } from "../../domain/submission.ts";

/**
 * Returns the seconds between a job's event and the arrival of its message. The event is the one that the job's state is about:
 * its scheduling, start or end. Jobs keep their times in whole seconds.
 *
 * @returns never a negative number, because a publisher's clock may be ahead of ours; null if the message has no such time.
 */
export function eventLagSeconds(
  job: Pick<PreparedJob, "state" | "submit_timestamp" | "start_timestamp" | "end_timestamp">,
  receivedAtMs: number,
): number | null {
  const at =
    job.state === "completed"
      ? job.end_timestamp
      : job.state === "running"
        ? job.start_timestamp
        : job.submit_timestamp;
  return at > 0 ? Math.max(0, receivedAtMs / 1000 - at) : null;
}
