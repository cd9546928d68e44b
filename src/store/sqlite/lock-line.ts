import { pause } from "../../timing/pause.ts";
import { isLocked } from "./sqlite-database.ts";

/** How long the lock's end is waited for, in milliseconds: less than a probe does. */
const PATIENCE_MS = 1500;
/**
 * Between two looks. A look costs some 10 µs, and another worker that is busy leaves the file free for no longer than
 * this between two batches. At random, so that they do not look in step.
 */
const LOOK_MS = { least: 1, most: 4 };

/**
 * Those who found the file locked by another process, in a line: the first looks again and again, the others wait behind
 * it. SQLite's own wait (`busy_timeout`) would block the event loop, and with it heartbeats, acknowledgements and HTTP.
 */
export class LockLine {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does the work at once or, where the file is locked, when its turn has come and the lock has ended.
   *
   * @param work - finds the lock, if there is one, before it has done anything.
   * @throws what `work` throws; at the end of the patience that is the lock.
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
    // Also before the first look: whoever was before has just had the file for a while, and others are to get on.
    await pause(LOOK_MS.least + Math.random() * (LOOK_MS.most - LOOK_MS.least));
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= until) throw error;
    }
  }
}
