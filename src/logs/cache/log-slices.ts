/** One line of a log. */
export interface LogLine {
  /** With its line feed, if it has one. */
  readonly text: string;
  /** Counted from 0. */
  readonly index: number;
}

/** A part of a log, or why there is none. */
export type LogPart =
  | { readonly ok: true; readonly lines: readonly LogLine[] }
  | {
      readonly ok: false;
      /** `busy`: other logs are being fetched, and the same question may succeed soon. `too-long`: it asks for too much. */
      readonly kind: "busy" | "too-long" | "failed";
      readonly detail: string;
    };

/** Where the lines of logs come from. */
export interface LogSlices {
  /**
   * Returns the lines from one index up to another one, which is excluded.
   *
   * @param url - a log reference of a stored job. No other URL may be asked for.
   * @param isFinal - the log does not change any more.
   */
  readLines(url: string, from: number, to: number, isFinal: boolean): Promise<LogPart>;
}
