import * as z from "zod";
import { Misuse } from "../../domain/faults.ts";
import type { CommandOptions } from "./command-options.ts";

/** The largest limit that a store accepts. */
export const ALL = 2 ** 31 - 1;

const limit = z.coerce.number().int().min(1).max(ALL);

/** Returns the value of an option that takes one; undefined if it was not given. */
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

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a time, or how long ago it was: `2026-01-05T10:00:00Z`, `2026-01-05` (UTC), `30m`, `12h`, `7d`.
 *
 * @returns the time in ISO 8601, UTC.
 * @throws Misuse that names the option.
 */
export function readTime(flag: string, text: string): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const isUnit = unit === "m" || unit === "h" || unit === "d";
  // The pattern is needed because `Date.parse` reads "12" as December 2001.
  const date = /^\d{4}-\d\d-\d\d([T ]|$)/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = isUnit ? Date.now() - Number(count) * unitMs[unit] : date;
  if (Number.isNaN(ms)) {
    throw new Misuse([
      `${flag} must be a time such as 2026-01-05T10:00:00Z, or how long ago, such as 12h; it is ${JSON.stringify(text)}`,
    ]);
  }
  return new Date(ms).toISOString();
}
