import { setImmediate as nextTurn } from "node:timers/promises";

/** How long work on the main thread may run before sockets and timers get a turn, in milliseconds. */
const MAX_BUSY_MS = 10;

/** Keeps a long computation from blocking the event loop. */
export class EventLoopTurns {
  #sinceMs = performance.now();

  /** Gives the event loop a turn if the work has run for long enough. Await it between two steps of the work. */
  async giveIfDue(): Promise<void> {
    if (performance.now() - this.#sinceMs >= MAX_BUSY_MS) await this.give();
  }

  /** Gives the event loop a turn now. */
  async give(): Promise<void> {
    await nextTurn();
    this.#sinceMs = performance.now();
  }
}
