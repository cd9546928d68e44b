import type { Spread } from "./spread.ts";

/** Everything that is needed to measure a part of `bench:pages`. */
export interface PagesOptions {
  /** How many jobs the stores of the reads hold. */
  readonly jobs: number;
  /** How often each question is asked. */
  readonly times: number;
  /** How often a figure is measured if the median of several rounds is reported. */
  readonly rounds: number;
  /** Reports progress. */
  readonly show: (text: string) => void;
}

/** A figure, and its maximum. */
export interface Limited {
  readonly figure: string;
  readonly value: number;
  /** The values of all rounds, whose median is `value`. Missing if the figure was measured once. */
  readonly spread?: Spread;
  readonly atMost: number;
}

export interface PagesMeasured {
  /** The member that `--json` prints for the part: an object of figures, or a single figure. */
  readonly figures: unknown;
  /** How much the figures of several rounds differed, keyed by their names. */
  readonly spreads?: Readonly<Record<string, Spread>>;
  readonly limited: readonly Limited[];
}

/** Measures one part of `bench:pages`. */
export type PagesPart = (options: PagesOptions) => Promise<PagesMeasured>;
