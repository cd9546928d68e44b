import { median, rounded } from "./part.ts";

/** The values of a figure in all rounds. The distance from `min` to `max` is the noise of this run. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Returns the spread of some values. @param digits - decimal places that are kept. @throws Error if there are no values. */
export function spreadOf(values: readonly number[], digits: number): Spread {
  return {
    median: rounded(median(values), digits),
    min: rounded(Math.min(...values), digits),
    max: rounded(Math.max(...values), digits),
  };
}

/**
 * Returns the ratios within each round, so that what slows down a whole round cancels out.
 * @throws Error if the two lists do not have the same number of rounds.
 */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  if (values.length !== others.length) throw new Error(`${values.length} rounds beside ${others.length}`);
  return values.map((value, round) => value / (others[round] ?? Number.NaN));
}
