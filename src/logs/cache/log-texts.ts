import type { NoLogText } from "./log-slices.ts";
import type { SliceLine } from "./read-log-lines.ts";
import type { FindQuestion, Found } from "./text-finder.ts";

/** The log that a page shows, and how old its copy may be. */
export interface ShownText {
  /** A log reference of a stored job. Other URLs must not be requested. */
  readonly url: string;
  /** True if the log does not change any more. */
  readonly isFinal: boolean;
  /**
   * A copy that was fetched at this time or later is recent enough, in milliseconds since the Unix epoch. If null, a copy of a log that
   * may still grow is used for only a few seconds.
   */
  readonly asOfMs: number | null;
}

/** The properties of a text in the cache. */
export interface TextFacts {
  /** The number of lines. */
  readonly total: number;
  readonly bytes: number;
  /** False if the log may have grown since it was fetched. */
  readonly isFinal: boolean;
  readonly fetchedAtMs: number;
}

/** The log is still being fetched. Another request keeps the fetch going. */
export interface TextOnItsWay {
  readonly ok: false;
  readonly kind: "fetching";
  /** The length of the text so far. */
  readonly bytes: number;
}

export type TextSlice =
  | { readonly ok: true; readonly facts: TextFacts; readonly lines: readonly SliceLine[] }
  | TextOnItsWay
  | NoLogText;

export type TextFound =
  | { readonly ok: true; readonly facts: TextFacts; readonly found: Found }
  | TextOnItsWay
  | NoLogText;

export type TextErrors =
  | {
      readonly ok: true;
      readonly facts: TextFacts;
      /** The numbers of the lines, ascending. */
      readonly lines: readonly number[];
      /** True if the log has no other error lines. */
      readonly isWhole: boolean;
    }
  | TextOnItsWay
  | NoLogText;

/** Reads and searches the texts of logs for pages. */
export interface LogTexts {
  /**
   * Returns the lines from index `from` up to, but not including, index `to`. Long lines are cut.
   *
   * @param waitMs - how long to wait if the log has to be fetched.
   */
  readPart(text: ShownText, from: number, to: number, waitMs: number): Promise<TextSlice>;
  /** Searches a whole log for a text. */
  find(
    text: ShownText,
    question: Omit<FindQuestion, "lines">,
    waitMs: number,
    stop: AbortSignal,
  ): Promise<TextFound>;
  /** Finds the lines of a whole log that a worker treats as errors. */
  findErrors(text: ShownText, waitMs: number, stop: AbortSignal): Promise<TextErrors>;
}
