import { pause } from "./pause.ts";

/** Lets one loop wait until another one wakes it, without polling. */
export class Wake {
  #next = new AbortController();

  /**
   * Aborted at the next call of `all`. A loop that reads it before it looks for work does not miss work that arrives
   * meanwhile.
   */
  get signal(): AbortSignal {
    return this.#next.signal;
  }

  /** Wakes all loops that are waiting now. */
  all(): void {
    const woken = this.#next;
    this.#next = new AbortController();
    woken.abort();
  }

  /** Resolves at the next call of `all`, or after the limit. */
  async wait(limitMs: number): Promise<void> {
    await pause(limitMs, this.signal);
  }
}
