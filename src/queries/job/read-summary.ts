import * as z from "zod";
import { logName } from "../../domain/log-name.ts";
import type { Artifact } from "../../domain/submission.ts";
import { readJson } from "./read-json.ts";
import { countOrNull, firstOf, textOrNull } from "./read-list.ts";

/** The parts of a `text_log_summary` that pages show. */
export interface ReadSummary {
  /** The log that it was made from; null if the summary does not name it. */
  readonly logName: string | null;
  readonly steps: readonly SummaryStep[];
  readonly errors: readonly SummaryError[];
}

export interface SummaryStep {
  readonly name: string;
  readonly result: string;
  readonly lastLine: number | null;
}

export interface SummaryError {
  readonly line: string;
  /** From 0; null if the summary does not give it. */
  readonly lineNumber: number | null;
}

/** In characters. Parsing a longer summary would block the process. */
const MAX_LENGTH = 2 * 1024 * 1024;
/** More errors than are shown, because repeated errors are shown only once. */
const MAX_ERRORS = 2000;
const MAX_STEPS = 2000;

// A publisher may send anything as its summary. Parts that cannot be read are left out, and the rest is shown.
const step = z.object({
  name: textOrNull,
  result: textOrNull,
  finished_linenumber: countOrNull,
});
const error = z.object({ line: z.string(), linenumber: countOrNull });
const summary = z.object({
  logname: z.string().min(1).transform(logName).nullable().catch(null),
  step_data: z
    .object({ steps: firstOf(step, MAX_STEPS), all_errors: firstOf(error, MAX_ERRORS) })
    .catch({ steps: [], all_errors: [] }),
});

/** Returns the content of a summary, or null if there is no summary or it cannot be read. */
export function readSummary(artifact: Artifact | null): ReadSummary | null {
  if (artifact === null || artifact.blob.length > MAX_LENGTH) return null;
  const read = summary.safeParse(readJson(artifact.blob)).data;
  if (read === undefined) return null;
  const { steps, all_errors } = read.step_data;
  return {
    logName: read.logname,
    steps: steps
      .filter((each) => each !== null)
      .map(({ name, result, finished_linenumber }) => ({
        ...{ name: name ?? "", result: result ?? "unknown", lastLine: finished_linenumber },
      })),
    // An error that cannot be read keeps its place, because the bug suggestions have the same order.
    errors: all_errors.map((each) => ({ line: each?.line ?? "", lineNumber: each?.linenumber ?? null })),
  };
}
