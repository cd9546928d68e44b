/** Something with a size that waits to be written. */
export interface Waiting {
  readonly bytes: number;
}

export interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** How long the first item waits for company, in milliseconds. */
  readonly waitMs: number;
}

/**
 * The queue in front of a writer. While the writer is busy what arrives gathers here; when it is free it takes
 * what has come after at most a few milliseconds. So a lone message is quick and a flood is cheap.
 * Not bounded by itself: the broker's prefetch bounds what can arrive.
 */
export class BatchCollector<T extends Waiting> {
  readonly #limits: BatchLimits;
  #items: T[] = [];
  #bytes = 0;
  #closed = false;
  /** Set while the writer waits: called when there may be something to take. */
  #wake: (() => void) | null = null;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#bytes += item.bytes;
    if (this.#items.length === 1 || this.#isFull()) this.#wake?.();
  }

  /** What has been added is still given out, then `take` gives null. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** The next batch, in order of arrival, never empty; null once closed and empty. For one writer. */
  async take(): Promise<T[] | null> {
    while (this.#items.length === 0) {
      if (this.#closed) return null;
      await this.#woken();
    }
    if (!this.#isFull() && !this.#closed) await this.#company();
    return this.#cut();
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

  async #company(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#limits.waitMs);
    });
    await Promise.race([elapsed, this.#woken()]);
    clearTimeout(timer);
    this.#wake = null;
  }

  #cut(): T[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#items.length && count < this.#limits.maxItems) {
      bytes += this.#items[count]?.bytes ?? 0;
      // The first goes in whatever its size: a batch is never empty.
      if (count > 0 && bytes > this.#limits.maxBytes) break;
      count++;
    }
    const batch = this.#items.slice(0, count);
    this.#items = this.#items.slice(count);
    for (const item of batch) this.#bytes -= item.bytes;
    return batch;
  }
}
