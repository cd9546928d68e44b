/** The target of a figure: a minimum or a maximum. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Measured<Name extends string = string> {
  /** What was measured, with the names of the servers, as text. */
  readonly what: string;
  /** The figures by their names in the report, which include the unit. */
  readonly figures: Readonly<Record<Name, number>>;
}

/** A part of the bench. A part that needs the figures of another one asks for them. */
export interface Part {
  /** The targets by the name of the figure. */
  readonly goals: Readonly<Record<string, Goal>>;
  /** Measures once. Later calls return the same result. */
  readonly measure: () => Promise<Measured>;
}

/** Returns a function that does the work at its first call only. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => {
    result ??= work();
    return result;
  };
}

/** Returns the median, because noise affects some runs, not all of them. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) throw new Error("no values");
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}

/** @param part - the share of all values, e.g. 0.99, that are not greater than the result. */
export function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.NaN;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
