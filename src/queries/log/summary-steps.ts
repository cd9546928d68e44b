import * as z from "zod";
import type { ViewedError, ViewedStep } from "../../web/log/viewed-log.ts";

/** What a summary tells about its log. */
export interface SummarySteps {
  /** The log that it was made from; null if the summary does not name it. */
  readonly logName: string | null;
  readonly steps: readonly ViewedStep[];
  /** All errors, in the order of the summary. */
  readonly errors: readonly ViewedError[];
}

/** A longer summary would keep the process busy while it is parsed. The worker itself makes none that is nearly as long. */
const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_STEPS = 2000;
/** The worker keeps no more errors of a step. */
const MAX_ERRORS = 100;
const MAX_NUMBERS = 20_000;
const MAX_TEXT = 500;

const number = z.number().int().nonnegative().nullable().catch(null);
const time = z.union([z.string(), z.number()]).nullable().catch(null);
const text = z.string().catch("");
const error = z.object({ line: text, linenumber: number });
const errors = z.array(error.nullable().catch(null)).catch([]);
const step = z.object({
  name: text,
  result: z.string().catch("unknown"),
  started: time,
  finished: time,
  duration: z.number().nullable().catch(null),
  started_linenumber: number,
  finished_linenumber: number,
  error_count: z.number().int().nonnegative().catch(0),
  errors,
  order: number,
});
// A publisher may send anything as its summary. What does not fit is left out, and the rest is shown.
const summary = z.object({
  logname: z.string().nullable().catch(null),
  step_data: z
    .object({ steps: z.array(step.nullable().catch(null)).catch([]), all_errors: errors })
    .catch({ steps: [], all_errors: [] }),
});

/** Returns what a `text_log_summary` tells; null if it cannot be read. Pure. */
export function summarySteps(blob: string): SummarySteps | null {
  const read = blob.length > MAX_LENGTH ? undefined : summary.safeParse(readJson(blob)).data;
  if (read === undefined) return null;
  const { steps, all_errors } = read.step_data;
  return {
    logName: read.logname,
    steps: steps
      .slice(0, MAX_STEPS)
      .flatMap((each, index) => (each === null ? [] : [viewedStep(each, index)])),
    errors: viewedErrors(all_errors.slice(0, MAX_NUMBERS)),
  };
}

function viewedStep(read: z.infer<typeof step>, index: number): ViewedStep {
  const { name, result, started, finished, duration, error_count } = read;
  return {
    order: read.order ?? index,
    name: name.slice(0, MAX_TEXT),
    ...{ result, started, finished, duration, error_count },
    first_line: read.started_linenumber,
    last_line: read.finished_linenumber,
    errors: viewedErrors(read.errors.slice(0, MAX_ERRORS)),
  };
}

function viewedErrors(read: readonly (z.infer<typeof error> | null)[]): ViewedError[] {
  return read.flatMap((each) =>
    each === null ? [] : [{ line: each.line.slice(0, MAX_TEXT), line_number: each.linenumber }],
  );
}

function readJson(blob: string): unknown {
  try {
    return JSON.parse(blob);
  } catch {
    // Strangers may store any text as JSON. The page says that it cannot be read.
    return null;
  }
}
