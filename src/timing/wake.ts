import { pause } from "./pause.ts";

/** Lets one loop wait for another to get on, without polling. */
export class Wake {
  #next = new AbortController();

  /**
   * Aborted at the next call of `all`. A loop that takes it before it looks for work does not miss what comes while it
   * looks.
   */
  get signal(): AbortSignal {
    return this.#next.signal;
  }

  /** Wakes all that wait now. */
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
