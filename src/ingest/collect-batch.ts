import { withDeadline } from "../timing/deadline.ts";

/** An item that waits to be written. */
export interface Waiting {
  readonly bytes: number;
}

export interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** How long the first item of a batch waits for others, in milliseconds. */
  readonly waitMs: number;
}

/**
 * The queue in front of a writer. Items that arrive while the writer is busy wait here. A free writer waits a few milliseconds
 * for more items, and then takes them together. So a single message is written soon, and many messages are written with few
 * commits.
 *
 * The queue itself is unbounded, because the broker's prefetch and the limit on request bodies already limit what can arrive.
 */
export class BatchCollector<T extends Waiting> {
  readonly #limits: BatchLimits;
  #items: T[] = [];
  #bytes = 0;
  #closed = false;
  /** Set while the writer waits. Called when there may be items to take. */
  #wake: (() => void) | null = null;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#bytes += item.bytes;
    if (this.#items.length === 1 || this.#isFull()) this.#wake?.();
  }

  /** Closes the queue: `take` returns the items that have been added, and then null. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Returns the next batch, in order of arrival and never empty, or null when the queue is closed and empty. For a single writer. */
  async take(): Promise<T[] | null> {
    while (this.#items.length === 0) {
      if (this.#closed) return null;
      await this.#woken();
    }
    if (!this.#isFull() && !this.#closed) await this.#waitForMore();
    return this.#cut(this.#limits.maxItems);
  }

  /** Returns up to `maxItems` of the items that are waiting now, in order of arrival. For a single writer. */
  takeWaiting(maxItems: number): T[] {
    return this.#items.length === 0 || maxItems <= 0 ? [] : this.#cut(maxItems);
  }

  /** Removes and returns all waiting items of a kind, wherever they are in the queue. */
  takeOut(isOfKind: (item: T) => boolean): T[] {
    const taken = this.#items.filter(isOfKind);
    if (taken.length === 0) return taken;
    this.#items = this.#items.filter((item) => !isOfKind(item));
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken;
  }

  #isFull(): boolean {
    return this.#items.length >= this.#limits.maxItems || this.#bytes >= this.#limits.maxBytes;
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  async #waitForMore(): Promise<void> {
    await withDeadline(this.#woken(), this.#limits.waitMs, () => undefined);
    this.#wake = null;
  }

  #cut(maxItems: number): T[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#items.length && count < maxItems) {
      bytes += this.#items[count]?.bytes ?? 0;
      // The first item is taken regardless of its size, so that a batch is never empty.
      if (count > 0 && bytes > this.#limits.maxBytes) break;
      count++;
    }
    const batch = this.#items.slice(0, count);
    this.#items = this.#items.slice(count);
    for (const item of batch) this.#bytes -= item.bytes;
    return batch;
  }
}
