/** What is looked for in a text. */
export interface FindQuestion {
  /** Part of one line, so without a line feed; at least one character. */
  readonly text: string;
  /** If false, the letters A to Z count as equal to a to z. All other characters must be the same. */
  readonly matchCase: boolean;
  /** The lines that are returned are those nearest to this one. */
  readonly around: number;
  /** How many lines the log has. */
  readonly lines: number;
}

/** The lines of a log that hold a text. A line counts once, however often it holds the text. */
export interface Found {
  /** How many lines of the whole log hold it. */
  readonly count: number;
  /** How many of them come before the first line of `near`. */
  readonly before: number;
  /** Those nearest to the line that was asked for, ascending; at most 1,000 on each side. */
  readonly near: readonly number[];
  /** Which of {@link FIND_BUCKETS} equal parts of the log hold it, ascending: for marks beside the scroll bar. */
  readonly buckets: readonly number[];
}

/** The number of parts of a log that can be marked. */
export const FIND_BUCKETS = 500;
/** The most lines that are returned on each side of the line that was asked for. */
const NEAR = 1000;

const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;
const BRACKET = 0x5b;

/** Finds the lines that hold a text while the log passes through. Takes time in proportion to the length of the log. */
export class TextFinder {
  readonly #question: FindQuestion;
  readonly #wanted: Buffer;
  readonly #lowerCase: LowerCase | null;
  #data = Buffer.alloc(0);
  /** How many bytes of `#data` are there: the end of what came before, in which the text may have begun, and the new ones. */
  #filled = 0;
  /** Inside a colour code, which may begin in one piece and end in the next one. */
  #code: "none" | "escape" | "open" = "none";
  /** The line was found to hold the text, so the rest of it does not matter. */
  #isDone = false;
  #line = 0;
  #count = 0;
  #countBefore = 0;
  readonly #before: number[] = [];
  readonly #after: number[] = [];
  readonly #buckets: number[] = [];

  constructor(question: FindQuestion) {
    this.#question = question;
    this.#wanted = Buffer.from(question.text);
    this.#lowerCase = question.matchCase ? null : lowerCaseFor(this.#wanted);
    this.#lowerCase?.(this.#wanted, this.#wanted, 0);
  }

  /** @param piece - the next bytes of the log, cut anywhere. */
  add(piece: Buffer): void {
    this.#fill(piece);
    const data = this.#data.subarray(0, this.#filled);
    let at = 0;
    for (;;) {
      if (this.#isDone) {
        const feed = data.indexOf(LINE_FEED, at);
        if (feed < 0) {
          this.#keep(data.length);
          return;
        }
        this.#isDone = false;
        this.#line++;
        at = feed + 1;
      }
      const hit = data.indexOf(this.#wanted, at);
      if (hit < 0) break;
      this.#line += countLineFeeds(data, at, hit);
      this.#note(this.#line);
      this.#isDone = true;
      at = hit;
    }
    const rest = Math.max(at, data.length - this.#wanted.length + 1);
    this.#line += countLineFeeds(data, at, rest);
    this.#keep(rest);
  }

  end(): Found {
    const before = this.#before.slice(-NEAR);
    return {
      count: this.#count,
      before: this.#countBefore - before.length,
      near: [...before, ...this.#after],
      buckets: this.#buckets,
    };
  }

  #note(line: number): void {
    const { around, lines } = this.#question;
    this.#count++;
    const bucket = Math.min(FIND_BUCKETS - 1, Math.floor((line * FIND_BUCKETS) / Math.max(1, lines)));
    if (this.#buckets.at(-1) !== bucket) this.#buckets.push(bucket);
    if (line >= around) {
      if (this.#after.length < NEAR) this.#after.push(line);
      return;
    }
    this.#countBefore++;
    this.#before.push(line);
    if (this.#before.length >= 2 * NEAR) this.#before.splice(0, NEAR);
  }

  /** Moves what is left to the front. */
  #keep(from: number): void {
    this.#data.copy(this.#data, 0, from, this.#filled);
    this.#filled -= from;
  }

  /** Appends a piece without its colour codes, in lower case if case does not matter. */
  #fill(piece: Buffer): void {
    const needed = this.#filled + piece.length;
    if (this.#data.length < needed) {
      const larger = Buffer.alloc(needed);
      this.#data.copy(larger, 0, 0, this.#filled);
      this.#data = larger;
    }
    if (this.#code === "none" && !piece.includes(ESCAPE)) {
      if (this.#lowerCase === null) piece.copy(this.#data, this.#filled);
      else this.#lowerCase(piece, this.#data, this.#filled);
      this.#filled = needed;
      return;
    }
    const from = this.#filled;
    for (const byte of piece) if (!this.#passesOver(byte)) this.#data[this.#filled++] = byte;
    this.#lowerCase?.(this.#data.subarray(from, this.#filled), this.#data, from);
  }

  /** Returns whether a byte belongs to a colour code. These look like `ESC [ 1 ; 31 m`. */
  #passesOver(byte: number): boolean {
    if (byte === ESCAPE) {
      this.#code = "escape";
      return true;
    }
    if (this.#code === "none") return false;
    const wasOpen = this.#code === "open";
    if (!wasOpen && byte === BRACKET) {
      this.#code = "open";
      return true;
    }
    const goesOn = wasOpen && byte >= 0x20 && byte <= 0x3f;
    if (!goesOn) this.#code = "none";
    return goesOn || (wasOpen && byte >= 0x40 && byte <= 0x7e);
  }
}

/** Copies bytes in lower case. The two may be the same place. */
type LowerCase = (from: Buffer, to: Buffer, at: number) => void;

/** Returns the way to compare a text regardless of case. */
function lowerCaseFor(wanted: Buffer): LowerCase {
  return wanted.every((byte) => byte < 0x80) ? lowerLatin1 : lowerAscii;
}

/**
 * The fastest way. It also changes some bytes of characters beyond ASCII, but never to ASCII, so it is right for a text that has
 * no such characters.
 */
const lowerLatin1: LowerCase = (from, to, at) => {
  to.write(from.toString("latin1").toLowerCase(), at, "latin1");
};

const lowerAscii: LowerCase = (from, to, at) => {
  for (let index = 0; index < from.length; index++) {
    const byte = from[index] ?? 0;
    to[at + index] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  }
};

function countLineFeeds(data: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = data.indexOf(LINE_FEED, from); at >= 0 && at < to; at = data.indexOf(LINE_FEED, at + 1))
    count++;
  return count;
}
