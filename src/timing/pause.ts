import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits for some milliseconds, or until the signal is aborted. It does not reject then: the caller checks the signal.
 *
 * @param keepsAlive - false if the process may end during the pause, when nothing else keeps it alive.
 */
export async function pause(ms: number, stop?: AbortSignal, keepsAlive = true): Promise<void> {
  await wait(ms, undefined, { signal: stop, ref: keepsAlive }).catch((error: unknown) => {
    if (stop?.aborted !== true) throw error;
  });
}
