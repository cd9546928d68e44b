import { randomBytes } from "node:crypto";
import type { PageReads } from "../../store/ports/page-reads.ts";
import { type CellChanges, HotPush } from "./hot-push.ts";

/** A reader's position in the changes of this process: `""` before the first change, otherwise a text from an answer. */
export type GridPosition = string;

export interface GridModelOptions {
  readonly store: Pick<PageReads, "listCells">;
  /** The most pushes in memory. */
  readonly maxPushes: number;
  /** The most jobs of a push. Further jobs are left out. */
  readonly maxJobs: number;
  /** The most bytes of all cells, as `HotPush` estimates them. */
  readonly maxBytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * The cells of the pushes that were looked at most recently. All cells of a push are read once for all viewers, and then only
 * the changes. Every change gets a number, so that an open page can ask for the changes after the last one that it has.
 */
export class GridModel {
  readonly #options: GridModelOptions;
  /** The pushes in memory by id. The most recently used one is last. */
  readonly #pushes = new Map<string, HotPush>();
  /** Pushes that are being read for the first time. A push without jobs is not kept, because its revision may be made up. */
  readonly #reading = new Map<string, HotPush>();
  /** Identifies this process in positions, because the numbers of another process mean nothing here. */
  readonly #run = randomBytes(6).toString("base64url");
  #lastNumber = 0;

  constructor(options: GridModelOptions) {
    this.#options = options;
  }

  /**
   * Returns a push with all its cells, updated from the store.
   *
   * @param id - see `resultSetId`.
   * @throws Unavailable if the store cannot be read. The known cells are kept.
   */
  async look(id: string): Promise<HotPush> {
    const { store, maxJobs, now } = this.#options;
    const known = this.#pushes.get(id) ?? this.#reading.get(id);
    const push = known ?? new HotPush(id, maxJobs, () => ++this.#lastNumber);
    if (known === undefined) this.#reading.set(id, push);
    try {
      await push.refresh(store, now());
    } finally {
      this.#reading.delete(id);
    }
    if (push.cells.size === 0 && !this.#pushes.has(id)) return push;
    this.#pushes.delete(id);
    this.#pushes.set(id, push);
    this.#forgetOldest();
    return push;
  }

  /** Returns whether a push is in memory. A push that has not been looked at for long is not. */
  has(id: string): boolean {
    return this.#pushes.has(id);
  }

  /** Returns whether one more push fits into memory without removing another. */
  hasRoom(): boolean {
    const { maxPushes, maxBytes } = this.#options;
    return this.#pushes.size < maxPushes && this.#bytes() < maxBytes;
  }

  /** Returns the position after all changes so far. */
  position(): GridPosition {
    return `${this.#run}.${this.#lastNumber}`;
  }

  /**
   * Returns the changes of a push after a position, or all its cells if this process does not know the position. Null if there
   * are none, or if the push is not in memory.
   */
  changesOf(id: string, after: GridPosition): CellChanges | null {
    return this.#pushes.get(id)?.changesAfter(this.#numberOf(after)) ?? null;
  }

  #numberOf(position: GridPosition): number {
    const [run, number = ""] = position.split(".");
    return run === this.#run && /^\d{1,15}$/.test(number) ? Number(number) : 0;
  }

  #forgetOldest(): void {
    let bytes = this.#bytes();
    for (const [id, push] of this.#pushes) {
      const isTooMuch = this.#pushes.size > this.#options.maxPushes || bytes > this.#options.maxBytes;
      // The last push is kept, because it has just been requested.
      if (!isTooMuch || this.#pushes.size === 1) return;
      bytes -= push.bytes;
      this.#pushes.delete(id);
    }
  }

  #bytes(): number {
    return [...this.#pushes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
