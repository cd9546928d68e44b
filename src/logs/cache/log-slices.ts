import type { TextFailure } from "./fetch-into-cache.ts";

/** One line of a log. */
export interface LogLine {
  /** The text of the line, with its line feed if it has one. */
  readonly text: string;
  /** Counted from 0. */
  readonly index: number;
}

/** The reason why no part of a log can be shown. */
export type NoLogText =
  /** Too many other logs are being fetched or searched. The same request may succeed soon. */
  | { readonly ok: false; readonly kind: "busy"; readonly detail: string }
  /** The requested lines are too long. */
  | { readonly ok: false; readonly kind: "too-long"; readonly detail: string }
  | {
      readonly ok: false;
      readonly kind: "failed";
      readonly detail: string;
      readonly reason: TextFailure["reason"];
    };

/** A part of a log, or the reason why it cannot be shown. */
export type LogPart = { readonly ok: true; readonly lines: readonly LogLine[] } | NoLogText;

/** Reads the lines of logs for the REST API. */
export interface LogSlices {
  /**
   * Returns the lines from index `from` up to, but not including, index `to`. Waits until the log has been fetched.
   *
   * @param url - a log reference of a stored job. Other URLs must not be requested.
   * @param isFinal - true if the log does not change any more.
   */
  readLines(url: string, from: number, to: number, isFinal: boolean): Promise<LogPart>;
}
