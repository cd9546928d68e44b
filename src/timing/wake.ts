import { pause } from "./pause.ts";

const WOKEN = "woken";

/** Lets one loop wait until another one wakes it, without polling. */
export class Wake {
  /** Created only when a loop needs it, because work often arrives while no loop is waiting. */
  #next: AbortController | null = null;

  /**
   * Aborted at the next call of `all`. A loop that reads this signal before it looks for work does not miss work that arrives
   * while it is looking.
   */
  get signal(): AbortSignal {
    this.#next ??= new AbortController();
    return this.#next.signal;
  }

  /** Wakes all loops that are waiting now. */
  all(): void {
    const woken = this.#next;
    this.#next = null;
    // Without a reason, `abort` would create an error with a stack trace each time.
    woken?.abort(WOKEN);
  }

  /** Resolves at the next call of `all`, or after the limit. */
  async wait(limitMs: number): Promise<void> {
    await pause(limitMs, this.signal);
  }
}
