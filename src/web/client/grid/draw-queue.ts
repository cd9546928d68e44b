import { afterFrame } from "../after-frame.ts";

/** How long drawing may take before the browser gets a chance to paint, in milliseconds. */
const MAX_BUSY_MS = 6;

/**
 * Draws parts of the page one after the other, visible parts first. In between, the browser can paint and handle keys.
 */
export class DrawQueue<Part> {
  readonly #draw: (part: Part) => void;
  readonly #isSeen: (part: Part) => boolean;
  readonly #waiting = new Set<Part>();
  #isRunning = false;

  constructor(draw: (part: Part) => void, isSeen: (part: Part) => boolean) {
    this.#draw = draw;
    this.#isSeen = isSeen;
  }

  /** Draws visible parts immediately, in the given order, and the others soon. */
  add(parts: readonly Part[]): void {
    for (const part of parts) this.#waiting.add(part);
    this.#drawSome(parts.filter(this.#isSeen));
    this.#run();
  }

  /** Returns whether a part is going to be redrawn. */
  isWaiting(part: Part): boolean {
    return this.#waiting.has(part);
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
    afterFrame(() => {
      this.#isRunning = false;
      const waiting = [...this.#waiting];
      this.#drawSome(waiting.some(this.#isSeen) ? waiting.filter(this.#isSeen) : waiting);
      this.#run();
    });
  }
}
