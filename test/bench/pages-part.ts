import type { Spread } from "./spread.ts";

/** What a part of `bench:pages` is measured with. */
export interface PagesOptions {
  /** How many jobs the stores of the reads hold. */
  readonly jobs: number;
  /** How often each question is asked. */
  readonly times: number;
  /** How often each figure is measured that is a median of rounds. */
  readonly rounds: number;
  /** Says what is being done. */
  readonly show: (text: string) => void;
}

/** A figure, and the most that it may be. */
export interface Limited {
  readonly figure: string;
  readonly value: number;
  /** What the value is the median of. Without it, it was measured once. */
  readonly spread?: Spread;
  readonly atMost: number;
}

export interface PagesMeasured {
  /** What `--json` prints of the part: an object of figures, or a single one. */
  readonly figures: unknown;
  /** How much those figures differed that were measured in several rounds, by their names. */
  readonly spreads?: Readonly<Record<string, Spread>>;
  readonly limited: readonly Limited[];
}

/** Measures one part of `bench:pages`. */
export type PagesPart = (options: PagesOptions) => Promise<PagesMeasured>;
