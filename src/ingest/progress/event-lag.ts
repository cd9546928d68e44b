import type { PreparedJob } from "../../domain/submission.ts";

/**
 * Returns the time between a job's event and the arrival of its message, in seconds. The job's state determines the event: its
 * scheduling, start or end. Jobs keep their times in whole seconds.
 *
 * @returns 0 instead of a negative number, because a publisher's clock may be ahead of ours; null if the message does not contain
 *   the time of the event.
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
