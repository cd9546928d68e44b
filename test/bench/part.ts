import type { ContenderName, Drains } from "./contenders/contender.ts";
import type { Spread } from "./spread.ts";

/** The target for a figure: a minimum or a maximum. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** Figures, keyed by their names in the report, which include the unit. Null means that this machine cannot measure the figure. */
export interface Figures {
  readonly [name: string]: number | null | Figures;
}

export interface Measured {
  /** A description of what was measured, with the names of the servers, as text. */
  readonly what: string;
  readonly figures: Figures;
  /** How much the figures that were measured in several rounds differed. */
  readonly spreads?: Readonly<Record<string, Spread>>;
}

/** Settings that say how much to measure. */
export interface BenchOptions {
  /** How often each drain is repeated. */
  readonly rounds: number;
  /** How many jobs the messages of a drain are about. */
  readonly jobs: number;
  /** Reports progress. */
  readonly show: (text: string) => void;
}

/** A part of the bench. */
export interface Part {
  /** The targets, keyed by the name of the figure. */
  readonly goals: Readonly<Record<string, Goal>>;
  /** The contenders whose drains it reports or compares. */
  readonly contenders: readonly ContenderName[];
  /** Returns the figures. Called once, after the drains of all parts. */
  readonly measure: (drains: Drains, options: BenchOptions) => Promise<Measured>;
}

/** Returns a function that does the work at its first call only. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => {
    result ??= work();
    return result;
  };
}

/** Returns the median, because noise affects some runs, but not all of them. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) throw new Error("no values");
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}

/** Returns a percentile. @param part - the share of all values, e.g. 0.99, that are not greater than the result. */
export function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.NaN;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
