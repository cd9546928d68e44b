import type { ParseStatus } from "./submission.ts";

/** The names of the pending logs that workers parse. All other logs are left to their submitters. */
export const LOGS_PARSED_HERE: readonly string[] = ["buildbot_text", "builds-4h"];

/** Returns whether workers parse a pending log with this name. */
export function isParsedHere(logName: string): boolean {
  return LOGS_PARSED_HERE.includes(logName);
}

export interface ArtifactsAlong {
  /** Whether the submission includes a `text_log_summary`. */
  readonly hasSummary: boolean;
  /** The `logname` in the summary's blob: the log from which the summary was made. */
  readonly summaryLogName: string | null;
  readonly hasSuggestions: boolean;
}

/**
 * Returns the status with which a log is stored. If the submission includes a summary, the log that the summary names and
 * `buildbot_text` are already parsed.
 */
export function parseStatus(
  logName: string,
  sent: string | null | undefined,
  along: ArtifactsAlong,
): ParseStatus {
  if (along.hasSummary && (logName === "buildbot_text" || logName === along.summaryLogName)) return "parsed";
  return sent === "parsed" || sent === "failed" ? sent : "pending";
}

/** Returns whether bug suggestions must be made: only for a summary that arrived without them, whatever logs there are. */
export function needsSuggestions({ hasSummary, hasSuggestions }: ArtifactsAlong): boolean {
  return hasSummary && !hasSuggestions;
}
