import { randomBytes } from "node:crypto";
import type { PageReads } from "../../store/ports/page-reads.ts";
import { type CellChanges, HotPush } from "./hot-push.ts";

/** Where a reader stands in the changes of this process: `""` before all of them. Any other text comes from an answer. */
export type GridPosition = string;

export interface GridModelOptions {
  readonly store: Pick<PageReads, "listCells">;
  /** The most pushes in memory. */
  readonly maxPushes: number;
  /** The most jobs of a push. Others that it has are left out. */
  readonly maxJobs: number;
  /** The most bytes of all cells, as `HotPush` estimates them. */
  readonly maxBytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * The cells of the pushes that somebody looked at last. They are read once for all viewers, and then only what has changed.
 * Every change gets a number, so that an open page can ask for what came after the last one that it has.
 */
export class GridModel {
  readonly #options: GridModelOptions;
  /** The pushes in memory by id. The most recently used one is last. */
  readonly #pushes = new Map<string, HotPush>();
  /** Pushes that are being read for the first time. One without jobs is not kept: its revision may be made up. */
  readonly #reading = new Map<string, HotPush>();
  /** Numbers of another process mean nothing here. */
  readonly #run = randomBytes(6).toString("base64url");
  #lastNumber = 0;

  constructor(options: GridModelOptions) {
    this.#options = options;
  }

  /**
   * Returns a push with all its cells, as the store has them now.
   *
   * @param id - see `resultSetId`.
   * @throws Unavailable if the store cannot be read. What is known stays.
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

  /** Returns whether a push is in memory. One that nobody has looked at for long is not. */
  has(id: string): boolean {
    return this.#pushes.has(id);
  }

  /** Returns whether another push has room without another one being forgotten. */
  hasRoom(): boolean {
    const { maxPushes, maxBytes } = this.#options;
    return this.#pushes.size < maxPushes && this.#bytes() < maxBytes;
  }

  /** Returns the position behind all changes so far. */
  position(): GridPosition {
    return `${this.#run}.${this.#lastNumber}`;
  }

  /**
   * Returns the changes of a push in memory after a position; all its cells if the position is unknown here. Null if there are
   * none, or if the push is not in memory.
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
      // The last one has just been asked for.
      if (!isTooMuch || this.#pushes.size === 1) return;
      bytes -= push.bytes;
      this.#pushes.delete(id);
    }
  }

  #bytes(): number {
    return [...this.#pushes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
