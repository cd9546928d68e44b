import type { ParseStatus } from "./submission.ts";

/** Returns whether a pending log of this name is read here. All other logs are left to those who submitted them. */
export function isParsedHere(logName: string): boolean {
  return logName === "buildbot_text" || logName === "builds-4h";
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
