/** There is a mark for every so many lines. A slice is read from the mark before it. */
export const LINES_PER_MARK = 1000;

const LINE_FEED = 0x0a;

/** Finds where lines begin while a text passes through. */
export class LineMarks {
  readonly #maxLines: number;
  readonly #marks: number[] = [0];
  #bytes = 0;
  #lineFeeds = 0;

  constructor(maxLines: number) {
    this.#maxLines = maxLines;
  }

  /** Returns false if the text now has too many lines. */
  add(piece: Buffer): boolean {
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, at + 1)) {
      this.#lineFeeds++;
      if (this.#lineFeeds % LINES_PER_MARK === 0) this.#marks.push(this.#bytes + at + 1);
    }
    this.#bytes += piece.length;
    return this.isWithinLimit;
  }

  get isWithinLimit(): boolean {
    return this.#lineFeeds <= this.#maxLines;
  }

  /** The byte offsets of the first line and of every thousandth after it. */
  get marks(): readonly number[] {
    return this.#marks;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
