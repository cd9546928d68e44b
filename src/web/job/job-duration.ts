import type { PreparedJob } from "../../domain/submission.ts";

type Timed = Pick<PreparedJob, "state" | "submit_timestamp" | "start_timestamp" | "end_timestamp">;

/**
 * Returns how long a job took, or has taken so far, in words; null if that is not known. Publishers may omit the times, so a job
 * without a start time may be running or completed.
 */
export function durationText(job: Timed, nowSeconds: number): string | null {
  const { state, submit_timestamp: submitted, start_timestamp: started, end_timestamp: ended } = job;
  if (started === 0 && ended === 0 && state !== "running") {
    if (state === "completed" || submitted === 0) return null;
    return `Not started (queued for ${minutes(nowSeconds - submitted)})`;
  }
  const from = started === 0 ? submitted : started;
  return from === 0 ? null : minutes((ended === 0 ? nowSeconds : ended) - from);
}

function minutes(seconds: number): string {
  // The clocks of publishers differ, so a job may end before it starts.
  const count = Math.max(0, Math.round(seconds / 60));
  return count === 1 ? "1 minute" : `${count} minutes`;
}
