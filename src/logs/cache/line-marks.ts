/** A line gets a mark if it begins this many lines, or this many bytes, after the last mark. */
const LINES_PER_MARK = 1000;
const BYTES_PER_MARK = 256 * 1024;

const LINE_FEED = 0x0a;

/**
 * The offsets of some lines of a text, ascending. Line 0 always has a mark. So has each line after a line of more than 256 KiB,
 * so that a reader can skip a very long line without reading more than that.
 */
export interface Marks {
  /** Counted from 0. */
  readonly lines: readonly number[];
  /** The byte offset at which each of these lines begins. */
  readonly offsets: readonly number[];
}

/** Collects the marks of a text while it passes through in pieces. */
export class LineMarks {
  readonly #maxLines: number;
  readonly #lines: number[] = [0];
  readonly #offsets: number[] = [0];
  #bytes = 0;
  #lineFeeds = 0;
  #endsInLine = false;

  constructor(maxLines: number) {
    this.#maxLines = maxLines;
  }

  /** Reads the next piece. Returns false if the text now has too many lines. */
  add(piece: Buffer): boolean {
    let nextLine = (this.#lines.at(-1) ?? 0) + LINES_PER_MARK;
    let nextOffset = (this.#offsets.at(-1) ?? 0) + BYTES_PER_MARK;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) {
      this.#lineFeeds++;
      const offset = this.#bytes + at + 1;
      if (this.#lineFeeds < nextLine && offset < nextOffset) continue;
      this.#lines.push(this.#lineFeeds);
      this.#offsets.push(offset);
      nextLine = this.#lineFeeds + LINES_PER_MARK;
      nextOffset = offset + BYTES_PER_MARK;
    }
    this.#bytes += piece.length;
    if (piece.length > 0) this.#endsInLine = piece.at(-1) !== LINE_FEED;
    return this.isWithinLimit;
  }

  get isWithinLimit(): boolean {
    return this.#lineFeeds <= this.#maxLines;
  }

  get marks(): Marks {
    return { lines: this.#lines, offsets: this.#offsets };
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of lines. The last line may have no line feed. */
  get lines(): number {
    return this.#lineFeeds + (this.#endsInLine ? 1 : 0);
  }
}

/** Returns the index of the last mark at or before a line. */
export function markBefore({ lines }: Marks, line: number): number {
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((lines[middle] ?? 0) <= line) low = middle;
    else high = middle;
  }
  return low;
}
