/** How long drawing may go on before the browser has its turn to show what there is, in milliseconds. */
const MAX_BUSY_MS = 6;

/** Draws the parts of the page that can be seen first, and the others one after the other, so that no key has to wait for them. */
export class DrawQueue<Part> {
  readonly #draw: (part: Part) => void;
  readonly #isSeen: (part: Part) => boolean;
  readonly #waiting = new Set<Part>();
  #isRunning = false;

  constructor(draw: (part: Part) => void, isSeen: (part: Part) => boolean) {
    this.#draw = draw;
    this.#isSeen = isSeen;
  }

  /** Draws those parts that can be seen at once, the first ones first, and the others soon. */
  add(parts: readonly Part[]): void {
    for (const part of parts) this.#waiting.add(part);
    this.#drawSome(parts.filter((part) => this.#isSeen(part)));
    this.#run();
  }

  /** Whether a part is going to be drawn again. */
  isWaiting(part: Part): boolean {
    return this.#waiting.has(part);
  }

  /** Draws a part that has come into sight before its turn. */
  hurry(part: Part): void {
    if (this.#waiting.delete(part)) this.#draw(part);
  }

  #drawSome(parts: Iterable<Part>): void {
    const sinceMs = performance.now();
    for (const part of parts) {
      this.#waiting.delete(part);
      this.#draw(part);
      // A part that has grown may have pushed the others out of sight, so they can wait.
      if (performance.now() - sinceMs > MAX_BUSY_MS) return;
    }
  }

  #run(): void {
    if (this.#isRunning || this.#waiting.size === 0) return;
    this.#isRunning = true;
    setTimeout(() => {
      this.#isRunning = false;
      this.#drawSome([...this.#waiting]);
      this.#run();
    }, 0);
  }
}
