import { setTimeout as wait } from "node:timers/promises";

/** Waits for so many milliseconds, or until the signal is aborted. Never rejects. */
export async function pause(ms: number, stop?: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: stop }).catch((error: unknown) => {
    // The signal ended the wait; whoever waits looks at it.
    if (stop?.aborted !== true) throw error;
  });
}
