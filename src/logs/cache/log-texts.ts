import type { NoLogText } from "./log-slices.ts";
import type { SliceLine } from "./read-log-lines.ts";
import type { FindQuestion, Found } from "./text-finder.ts";

/** Which log a page shows, and which copy of it. */
export interface ShownText {
  /** A log reference of a stored job. No other URL may be asked for. */
  readonly url: string;
  /** The log does not change any more. */
  readonly isFinal: boolean;
  /** A copy that was fetched then or later is good enough, in milliseconds since the Unix epoch. */
  readonly asOfMs: number | null;
}

/** What is known of a text that is in the cache. */
export interface TextFacts {
  /** How many lines it has. */
  readonly total: number;
  readonly bytes: number;
  /** False: the log may have grown since. */
  readonly isFinal: boolean;
  readonly fetchedAtMs: number;
}

/** The log is on its way. Asking again keeps the fetch going. */
export interface TextOnItsWay {
  readonly ok: false;
  readonly kind: "fetching";
  /** How long the text is so far. */
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
      /** The log has no other error lines. */
      readonly isWhole: boolean;
    }
  | TextOnItsWay
  | NoLogText;

/** The texts of logs, as pages show them. */
export interface LogTexts {
  /**
   * Returns the lines from one index up to another one, which is excluded. Long lines are cut.
   *
   * @param waitMs - how long to wait if the log has to be fetched.
   */
  readPart(text: ShownText, from: number, to: number, waitMs: number): Promise<TextSlice>;
  /** Looks for a text in a whole log. */
  find(
    text: ShownText,
    question: Omit<FindQuestion, "lines">,
    waitMs: number,
    stop: AbortSignal,
  ): Promise<TextFound>;
  /** Looks for the lines of a whole log that a worker treats as errors. */
  findErrors(text: ShownText, waitMs: number, stop: AbortSignal): Promise<TextErrors>;
}
