import type { ShownJob } from "../shown-job.ts";

/**
 * The state of the failures tab:
 * - `lines`: there are error lines.
 * - `steps`: there are only steps that did not succeed.
 * - `parsing`: a log still has to be parsed, or bug suggestions have to be made.
 * - `failed`: a log could not be parsed.
 * - `unread`: the publisher of a log has not sent its summary.
 * - `no-logs`: the job has no logs, and no summary of one.
 * - `empty`: a log has been parsed, or there is a summary of one, and it has no errors.
 */
export type FailureState = "lines" | "steps" | "parsing" | "failed" | "unread" | "no-logs" | "empty";

/** Returns the state of the failures tab. @see spec/ui.md, section 3 */
export function failureState({
  failures,
  logs,
  history,
}: Pick<ShownJob, "failures" | "logs" | "history">): FailureState {
  if (failures.lines.length > 0) return "lines";
  const pending = logs.filter(({ parse_status }) => parse_status === "pending");
  const isComing = pending.some(({ is_read_here }) => is_read_here) || isSuggesting(history);
  if (isComing) return "parsing";
  if (failures.steps.length > 0) return "steps";
  if (logs.some(({ parse_status }) => parse_status === "failed")) return "failed";
  // A summary can arrive without a log.
  if (failures.log_name !== null || logs.some(({ parse_status }) => parse_status === "parsed"))
    return "empty";
  return logs.length === 0 ? "no-logs" : "unread";
}

function isSuggesting({ suggestions }: ShownJob["history"]): boolean {
  return suggestions.some(({ next_attempt_at }) => next_attempt_at !== null);
}

const SOON_MS = 5000;
const LATER_MS = 15_000;

/** Returns the delay, in milliseconds, after which to request the job again; null if no change is expected. */
export function askAgainMs(shown: Pick<ShownJob, "failures" | "logs" | "history" | "job">): number | null {
  const isWaiting =
    isSuggesting(shown.history) ||
    shown.logs.some(({ parse_status, is_read_here }) => parse_status === "pending" && is_read_here);
  if (isWaiting) return SOON_MS;
  return shown.job.state === "completed" ? null : LATER_MS;
}
