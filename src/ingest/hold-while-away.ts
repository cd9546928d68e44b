import { setTimeout as wait } from "node:timers/promises";
import { fullJitterMs } from "../domain/backoff.ts";
import { Unavailable } from "../domain/faults.ts";

const backoff = { baseMs: 200, capMs: 5000 };

export interface HoldOptions {
  /** Aborted at shutdown: the next failure is then thrown instead of waited out. */
  readonly stop: AbortSignal;
  /** Told of every try that found the store away. */
  readonly onAway: (error: Unavailable, attempt: number) => void;
  /** Told once it answered again after a failure. */
  readonly onBack: (attempts: number) => void;
}

/**
 * Does the work, and does it again for as long as the store is away.
 *
 * @throws Unavailable when the store is still away at shutdown; anything else that `work` throws at once.
 */
export async function holdWhileAway<T>(work: () => Promise<T>, options: HoldOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await work();
      if (attempt > 0) options.onBack(attempt);
      return result;
    } catch (error) {
      if (!(error instanceof Unavailable) || options.stop.aborted) throw error;
      options.onAway(error, attempt);
      // Held and tried again here rather than requeued: the broker redelivers a requeued message at once, so a
      // requeue would spin as fast as the network allows for as long as the store is away. What is held fills
      // the prefetch window, and the broker stops sending by itself.
      await wait(fullJitterMs(attempt, backoff), undefined, { signal: options.stop }).catch(() => {
        // Woken by the shutdown: one last try follows at once.
      });
    }
  }
}
