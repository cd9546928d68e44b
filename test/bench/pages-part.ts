/** What a part of `bench:pages` is measured with. */
export interface PagesOptions {
  /** How many jobs the stores of the reads hold. */
  readonly jobs: number;
  /** How often each question is asked. */
  readonly times: number;
  /** Says what is being done. */
  readonly show: (text: string) => void;
}

/** A figure, and the most that it may be. */
export interface Limited {
  readonly figure: string;
  readonly value: number;
  readonly atMost: number;
}

export interface PagesMeasured {
  /** What `--json` prints of the part: an object of figures, or a single one. */
  readonly figures: unknown;
  readonly limited: readonly Limited[];
}

/** Measures one part of `bench:pages`. */
export type PagesPart = (options: PagesOptions) => Promise<PagesMeasured>;
