import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits for so many milliseconds, or until the signal is aborted. Never rejects: the caller looks at the signal.
 *
 * @param keepsAlive - false: the process may end while this is all that it waits for.
 */
export async function pause(ms: number, stop?: AbortSignal, keepsAlive = true): Promise<void> {
  await wait(ms, undefined, { signal: stop, ref: keepsAlive }).catch((error: unknown) => {
    if (stop?.aborted !== true) throw error;
  });
}
