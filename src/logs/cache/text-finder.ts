/** A search for a text in a log. */
export interface FindQuestion {
  /** The text, which has at least one character and no line feed. */
  readonly text: string;
  /** If false, the letters A to Z count as equal to a to z. All other characters must be the same. */
  readonly matchCase: boolean;
  /** The index of a line. Of the matching lines, those nearest to it are returned. */
  readonly around: number;
  /** The number of lines in the log. */
  readonly lines: number;
}

/** The lines of a log that contain a text. A line counts once, however often it contains the text. */
export interface Found {
  /** The number of matching lines in the whole log. */
  readonly count: number;
  /** The number of matching lines before the first line of `near`. */
  readonly before: number;
  /** The matching lines nearest to `around`, ascending; at most 1,000 on each side. */
  readonly near: readonly number[];
  /**
   * The indexes of the parts of the log that contain matches, ascending, for marks beside the scroll bar. The log is divided into
   * {@link FIND_BUCKETS} equal parts.
   */
  readonly buckets: readonly number[];
}

/** The number of parts of a log that can be marked. */
export const FIND_BUCKETS = 500;
/** The most lines that are returned on each side of `around`. */
const NEAR = 1000;

const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;
const BRACKET = 0x5b;

/** Finds the lines that contain a text while the log passes through. Takes time in proportion to the length of the log. */
export class TextFinder {
  readonly #question: FindQuestion;
  readonly #wanted: Buffer;
  readonly #lowerCase: LowerCase | null;
  #data = Buffer.alloc(0);
  /** The number of bytes in `#data` that are used: the end of earlier pieces, in which a match may have begun, and the new piece. */
  #filled = 0;
  /** How much of a colour code has been read. A code may begin in one piece and end in the next one. */
  #code: "none" | "escape" | "open" = "none";
  /** Whether the current line has already matched, so that the rest of it does not matter. */
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

  /** Searches the next piece of the log, which may be cut anywhere. */
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

  /** Moves the bytes from `from` on to the front of `#data`, and drops the bytes before them. */
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
    for (const byte of piece) if (!this.#isColourCode(byte)) this.#data[this.#filled++] = byte;
    this.#lowerCase?.(this.#data.subarray(from, this.#filled), this.#data, from);
  }

  /** Returns whether a byte belongs to a colour code, such as `ESC [ 1 ; 31 m`. */
  #isColourCode(byte: number): boolean {
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

/** Copies bytes in lower case. Source and target may be the same bytes. */
type LowerCase = (from: Buffer, to: Buffer, at: number) => void;

/** Returns the function that converts the wanted text and the log to lower case, for a search that ignores case. */
function lowerCaseFor(wanted: Buffer): LowerCase {
  return wanted.every((byte) => byte < 0x80) ? lowerLatin1 : lowerAscii;
}

/**
 * The faster function. It also changes some bytes of characters beyond ASCII, but never to ASCII, so it is correct for a text without
 * such characters.
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
