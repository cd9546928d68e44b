import type { PreparedJob } from "../../domain/submission.ts";

/**
 * How old the event was that a message tells of, when the message arrived: from the job's own time of scheduling, start
 * or end, whichever its state is about, to the delivery's arrival. In seconds, and no finer: jobs keep whole seconds.
 *
 * @returns never negative, since a publisher's clock may be ahead of ours; null where the message has no such time.
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
