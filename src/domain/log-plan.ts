import type { ParseStatus } from "./submission.ts";

/** The names of the logs that are read here while they are pending. All other logs are left to those who submitted them. */
export const LOGS_PARSED_HERE: readonly string[] = ["buildbot_text", "builds-4h"];

/** Returns whether a pending log of this name is read here. */
export function isParsedHere(logName: string): boolean {
  return LOGS_PARSED_HERE.includes(logName);
}

export interface ArtifactsAlong {
  /** The submission brings a `text_log_summary`. */
  readonly hasSummary: boolean;
  /** The `logname` in the summary's blob: the log that the summary was made from. */
  readonly summaryLogName: string | null;
  readonly hasSuggestions: boolean;
}

/**
 * Returns the status that a log is stored with. A log is parsed already if the submission brings the summary made from
 * it: the log that the summary names, and `buildbot_text`.
 */
export function parseStatus(
  logName: string,
  sent: string | null | undefined,
  along: ArtifactsAlong,
): ParseStatus {
  if (along.hasSummary && (logName === "buildbot_text" || logName === along.summaryLogName)) return "parsed";
  return sent === "parsed" || sent === "failed" ? sent : "pending";
}

/** Returns whether bug suggestions must be made: they are for a summary that came without them, whatever logs there are. */
export function needsSuggestions({ hasSummary, hasSuggestions }: ArtifactsAlong): boolean {
  return hasSummary && !hasSuggestions;
}
