/** What a figure should be at least, or at most. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Measured<Name extends string = string> {
  /** What was measured, with the names of the servers, for people. */
  readonly what: string;
  /** By their names in the report, which carry the unit. */
  readonly figures: Readonly<Record<Name, number>>;
}

/** A part of the bench, by itself: one that needs another's figures asks for them. */
export interface Part {
  /** By the name of the figure. */
  readonly goals: Readonly<Record<string, Goal>>;
  /** Measures once; whoever asks again gets the same. */
  readonly measure: () => Promise<Measured>;
}

/** The work, done at the first call only. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => {
    result ??= work();
    return result;
  };
}

/** Noise strikes a run, not all of them. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) throw new Error("no values");
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2;
}

/** @param part - of all values, e.g. 0.99: so many are not greater. */
export function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.NaN;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
