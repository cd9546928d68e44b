import type { ParseStatus } from "./submission.ts";

/** Logs of these names are read here while they are pending; others are for whoever submitted them. */
export function isParsedHere(logName: string): boolean {
  return logName === "buildbot_text" || logName === "builds-4h";
}

export interface ArtifactsAlong {
  /** The submission brings a `text_log_summary`. */
  readonly hasSummary: boolean;
  /** Its blob's `logname`: the log that the summary was made from. */
  readonly summaryLogName: string | null;
  readonly hasSuggestions: boolean;
}

/**
 * The status that a log is stored with. A summary that came along was made from the log: from the one that it
 * names, or from `buildbot_text`.
 */
export function parseStatus(
  logName: string,
  sent: string | null | undefined,
  along: ArtifactsAlong,
): ParseStatus {
  if (along.hasSummary && (logName === "buildbot_text" || logName === along.summaryLogName)) return "parsed";
  return sent === "parsed" || sent === "failed" ? sent : "pending";
}

/** Bug suggestions are made from a summary that came without them, whatever logs there are. */
export function needsSuggestions({ hasSummary, hasSuggestions }: ArtifactsAlong): boolean {
  return hasSummary && !hasSuggestions;
}
