import { pause } from "../../timing/pause.ts";
import { isLocked } from "./sqlite-database.ts";

/** How long to wait for the end of a lock, in milliseconds: less than a health probe waits. */
const PATIENCE_MS = 1500;
/**
 * The pause between two attempts, in milliseconds. An attempt costs some 10 µs. A busy worker leaves the file free for no
 * longer than this between two batches. The pause is random, so that workers do not try in step.
 */
const LOOK_MS = { least: 1, most: 4 };

/**
 * A queue of calls that found the file locked by another process. The first one tries again and again, the others wait
 * behind it. SQLite's own wait (`busy_timeout`) would block the event loop, and with it heartbeats, acknowledgements and
 * HTTP.
 */
export class LockLine {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does the work at once or, if the file is locked, when its turn has come and the lock has ended.
   *
   * @param work - must fail on a lock before it has changed anything.
   * @throws errors of `work`; among them the lock, if it is still there when the time is up.
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
    // There is a pause before the first attempt too: the call before has just used the file, and others should get a chance.
    await pause(LOOK_MS.least + Math.random() * (LOOK_MS.most - LOOK_MS.least));
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= until) throw error;
    }
  }
}
