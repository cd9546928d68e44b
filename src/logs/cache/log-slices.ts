import type { TextFailure } from "./fetch-into-cache.ts";

/** One line of a log. */
export interface LogLine {
  /** With its line feed, if it has one. */
  readonly text: string;
  /** Counted from 0. */
  readonly index: number;
}

/** Why there is nothing to show of a log. */
export type NoLogText =
  /** Other logs are being fetched, and the same question may succeed soon. */
  | { readonly ok: false; readonly kind: "busy"; readonly detail: string }
  /** The question asks for too much. */
  | { readonly ok: false; readonly kind: "too-long"; readonly detail: string }
  | {
      readonly ok: false;
      readonly kind: "failed";
      readonly detail: string;
      readonly reason: TextFailure["reason"];
    };

/** A part of a log, or why there is none. */
export type LogPart = { readonly ok: true; readonly lines: readonly LogLine[] } | NoLogText;

/** Where the lines of logs come from. */
export interface LogSlices {
  /**
   * Returns the lines from one index up to another one, which is excluded. Waits until the log has been fetched.
   *
   * @param url - a log reference of a stored job. No other URL may be asked for.
   * @param isFinal - the log does not change any more.
   */
  readLines(url: string, from: number, to: number, isFinal: boolean): Promise<LogPart>;
}
