import { setImmediate as nextTurn } from "node:timers/promises";

/** Work on the main thread goes on for this long, in milliseconds; then sockets and timers have their turn. */
const MAX_BUSY_MS = 10;

/** Keeps a long computation from blocking the event loop. */
export class EventLoopTurns {
  #sinceMs = performance.now();

  /** To be awaited between two steps of the work: lets the event loop turn where the work has gone on for long enough. */
  async giveIfDue(): Promise<void> {
    if (performance.now() - this.#sinceMs >= MAX_BUSY_MS) await this.give();
  }

  async give(): Promise<void> {
    await nextTurn();
    this.#sinceMs = performance.now();
  }
}
