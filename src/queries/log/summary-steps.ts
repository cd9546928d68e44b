import * as z from "zod";
import { logName } from "../../domain/log-name.ts";
import type { ViewedError, ViewedStep } from "../../web/log/viewed-log.ts";
import { readJson } from "../job/read-json.ts";
import { countOrNull, firstOf, textOrNull } from "../job/read-list.ts";

/** The content of a summary. */
export interface SummarySteps {
  /** The log that it was made from; null if the summary does not name it. */
  readonly logName: string | null;
  readonly steps: readonly ViewedStep[];
  /** All errors, in the order of the summary. */
  readonly errors: readonly ViewedError[];
}

/** In characters. Parsing a longer summary would block the process. The summaries that workers make are much shorter. */
const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_STEPS = 2000;
/** The most errors per step. The worker keeps no more. */
const MAX_ERRORS = 100;
/** The most line numbers that are read from a summary, and the most from all of its steps together. */
const MAX_NUMBERS = 20_000;
const MAX_TEXT = 500;

const time = z
  .unknown()
  .optional()
  .transform((given) => (typeof given === "string" || typeof given === "number" ? given : null));
const duration = z
  .unknown()
  .optional()
  .transform((given) => (typeof given === "number" ? given : null));
const error = z.object({ line: textOrNull, linenumber: countOrNull });
const step = z.object({
  name: textOrNull,
  result: textOrNull,
  started: time,
  finished: time,
  duration,
  started_linenumber: countOrNull,
  finished_linenumber: countOrNull,
  error_count: countOrNull,
  errors: z.unknown().optional(),
  order: countOrNull,
});
const errorsOfStep = firstOf(error, MAX_ERRORS);
// A publisher may send anything as its summary. Parts that cannot be read are left out, and the rest is shown.
const summary = z.object({
  logname: z.string().min(1).transform(logName).nullable().catch(null),
  step_data: z
    .object({ steps: firstOf(step, MAX_STEPS), all_errors: firstOf(error, MAX_NUMBERS) })
    .catch({ steps: [], all_errors: [] }),
});

/** Returns the content of a `text_log_summary`, or null if it cannot be read. Pure. */
export function summarySteps(blob: string): SummarySteps | null {
  const read = blob.length > MAX_LENGTH ? undefined : summary.safeParse(readJson(blob)).data;
  if (read === undefined) return null;
  const { steps, all_errors } = read.step_data;
  return {
    logName: read.logname,
    steps: viewedSteps(steps),
    errors: viewedErrors(all_errors),
  };
}

function viewedSteps(steps: readonly (z.infer<typeof step> | null)[]): ViewedStep[] {
  let left = MAX_NUMBERS;
  return steps.flatMap((each, index) => {
    if (each === null) return [];
    const errors = left > 0 ? errorsOfStep.parse(each.errors) : [];
    left -= errors.length;
    return [viewedStep(each, errors, index)];
  });
}

type ReadError = z.infer<typeof error> | null;

function viewedStep(read: z.infer<typeof step>, errors: readonly ReadError[], index: number): ViewedStep {
  const { name, result, started, finished, error_count } = read;
  return {
    order: read.order ?? index,
    name: (name ?? "").slice(0, MAX_TEXT),
    result: result ?? "unknown",
    ...{ started, finished, duration: read.duration, error_count: error_count ?? 0 },
    first_line: read.started_linenumber,
    last_line: read.finished_linenumber,
    errors: viewedErrors(errors),
  };
}

function viewedErrors(read: readonly ReadError[]): ViewedError[] {
  return read.flatMap((each) =>
    each === null ? [] : [{ line: (each.line ?? "").slice(0, MAX_TEXT), line_number: each.linenumber }],
  );
}
