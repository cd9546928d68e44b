import * as z from "zod";
import { Misuse } from "../../domain/faults.ts";
import { timeOrAge } from "../../domain/text/time-or-age.ts";
import type { CommandOptions } from "./command-options.ts";

/** The largest limit that a store accepts. */
export const ALL = 2 ** 31 - 1;

const limit = z.coerce.number().int().min(1).max(ALL);

/** Returns the text of an option with a value; undefined if the option was not given. */
export function given(value: CommandOptions[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Checks the value of an option. @throws Misuse that names the option and says what it must be. */
export function read<T>(flag: string, type: z.ZodType<T>, value: unknown, wanted: string): T {
  const parsed = type.safeParse(value);
  if (!parsed.success) throw new Misuse([`${flag} must be ${wanted}; it is ${JSON.stringify(value)}`]);
  return parsed.data;
}

/** Returns `--limit`, or the default. @throws Misuse if it is not a whole number in range. */
export function readLimit({ limit: value }: CommandOptions, standard: number): number {
  return read("--limit", limit, value ?? standard, `a whole number from 1 to ${ALL}`);
}

/**
 * Reads `--since` and `--until`, which are both optional; see {@link readTime}.
 *
 * @throws Misuse that names the invalid option, or both options if `--since` is not before `--until`.
 */
export function readPeriod(options: CommandOptions): { readonly since?: string; readonly until?: string } {
  const [from, to] = [given(options["since"]), given(options["until"])];
  const since = from === undefined ? undefined : readTime("--since", from);
  const until = to === undefined ? undefined : readTime("--until", to);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new Misuse([`--since must be before --until; they are ${since} and ${until}`]);
  }
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

/**
 * Reads a time, given as such or as an age; see `timeOrAge`.
 *
 * @returns the time in ISO 8601, UTC.
 * @throws Misuse that names the option.
 */
export function readTime(flag: string, text: string): string {
  const time = timeOrAge(text, Date.now());
  if (time === null) {
    throw new Misuse([
      `${flag} must be a time such as 2026-01-05T10:00:00Z, or how long ago, such as 12h; it is ${JSON.stringify(text)}`,
    ]);
  }
  return time;
}
