import { END_OF_LOG, type KnownHits, type NextHit, nextHit } from "../../log/find-place.ts";
import type { FindAnswer } from "../../log/viewed-log.ts";
import { askFind, type LogName } from "./ask-log.ts";

/** The text to find, and what is known about it. */
export interface FindState {
  readonly text: string;
  readonly matchCase: boolean;
  /** `none`: there is no text to find. */
  readonly phase: "none" | "asking" | "found" | "trouble";
  /** How many lines contain the text. Valid while `phase` is `found`. */
  readonly count: number;
  /** The number of the shown hit, from 1; null if none is shown. */
  readonly position: number | null;
  /** Why the search failed, or that it has wrapped around. */
  readonly note: string | null;
}

export interface FindOptions {
  readonly log: LogName;
  readonly asOf: () => number | null;
  readonly onChange: () => void;
}

const nothingKnown = { count: 0, position: null, note: null };
const noHits: KnownHits = { count: 0, before: 0, near: [] };

/** The number of equal parts of the log in which the server reports hits. It is `FIND_BUCKETS` of the server. */
const BUCKETS = 500;

/** Searches the whole log for a text. A new search replaces the previous one. */
export class FindControl {
  state: FindState = { text: "", matchCase: false, phase: "none", ...nothingKnown };
  /** The positions of the hits, from 0 (top of the log) to 1 (its end). */
  marks: readonly number[] = [];
  readonly #options: FindOptions;
  #hits = noHits;
  #asking = new AbortController();

  constructor(options: FindOptions) {
    this.#options = options;
  }

  /** Sets another text, and forgets the hits of the last one. The search does not start yet, because the reader may still be typing. */
  want(text: string, matchCase: boolean): void {
    this.#asking.abort();
    this.#hits = noHits;
    this.marks = [];
    this.#set({ text, matchCase, phase: text === "" ? "none" : "asking", ...nothingKnown });
  }

  /** Searches for another text. @returns the first line at or after `from` that contains it; null if there is none. */
  async look(text: string, matchCase: boolean, from: number): Promise<number | null> {
    this.want(text, matchCase);
    return text !== "" && (await this.#ask(from)) ? this.next(from - 1, 1) : null;
  }

  /** Returns the line of the next hit after or before a line; null if there is none. */
  async next(line: number, step: 1 | -1): Promise<number | null> {
    let found: NextHit = nextHit(this.#hits, line, step);
    // At most once around the log, and once more if only the hits at the other end were known.
    for (let asked = 0; found.kind === "ask" && asked < 3; asked++) {
      const { around, isAround } = found;
      if (!(await this.#ask(around))) return null;
      const after = isAround ? (step === 1 ? -1 : END_OF_LOG) : line;
      found = nextHit(this.#hits, after, step, isAround);
    }
    if (found.kind !== "hit") return null;
    const { position, isAround } = found;
    const note = isAround ? (step === 1 ? "from the top again" : "from the end again") : null;
    this.#set({ ...this.state, position, note });
    return found.line;
  }

  async #ask(around: number): Promise<boolean> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const { text, matchCase } = this.state;
    this.#set({ ...this.state, phase: "asking" });
    try {
      for (;;) {
        const { log, asOf } = this.#options;
        const answer = await askFind(log, { text, matchCase, around, asOf: asOf() }, asking.signal);
        if (asking.signal.aborted) return false;
        if (!answer.ok) {
          this.#set({ ...this.state, phase: "trouble", note: answer.text });
          return false;
        }
        if (answer.value.state !== "fetching") return this.#take(answer.value);
      }
    } catch (error) {
      // Another search has replaced this one.
      if (asking.signal.aborted) return false;
      throw error;
    }
  }

  #take(answer: Exclude<FindAnswer, { state: "fetching" }>): boolean {
    if (answer.state === "failed") {
      this.#set({ ...this.state, phase: "trouble", note: answer.detail });
      return false;
    }
    this.#hits = answer;
    this.marks = answer.buckets.map((bucket) => bucket / BUCKETS);
    this.#set({ ...this.state, phase: "found", count: answer.count });
    return true;
  }

  #set(state: FindState): void {
    this.state = state;
    this.#options.onChange();
  }
}
