import { pause } from "../../timing/pause.ts";
import { isLocked } from "./sqlite-database.ts";

/** How long to wait for a lock to be released, in milliseconds: less than the timeout of a health probe. */
const PATIENCE_MS = 1500;
/**
 * The pause between two attempts, in milliseconds. An attempt takes about 10 µs. A busy worker leaves the file unlocked for no
 * longer than this between two batches. The pause is random, so that workers do not retry in step.
 */
const RETRY_MS = { least: 1, most: 4 };

/**
 * A queue of calls that found the file locked by another process. The first call retries, and the others wait for it. SQLite's
 * own wait (`busy_timeout`) would block the event loop, and with it heartbeats, acknowledgements and HTTP.
 */
export class LockLine {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `work` immediately. If the file is locked, it waits for the calls before it in the queue, and then retries until the lock
   * has been released.
   *
   * @param work - must fail on a lock before it has changed anything.
   * @throws errors of `work`, including the error for the lock if the wait times out.
   */
  async ask<T>(work: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
    const until = performance.now() + patienceMs;
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    const turn = this.#last.then(() => askUntil(until, work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

async function askUntil<T>(until: number, work: () => T | Promise<T>): Promise<T> {
  for (;;) {
    // Also pauses before the first attempt: the previous call has just used the file, and other processes should get a chance.
    await pause(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= until) throw error;
    }
  }
}
