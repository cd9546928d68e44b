import { type Backoff, fullJitterMs } from "./backoff.ts";
import { pause } from "./pause.ts";

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Ends pauses at once when it is aborted. `onFailure` still decides whether there is another attempt. */
  readonly stop?: AbortSignal;
  /** Milliseconds since the Unix epoch. An attempt that would begin later is not made. */
  readonly untilMs?: number;
  /**
   * Called after each failed attempt, with its error and the number of failures so far. Throws to give up. May return another
   * backoff for the pause that follows.
   */
  readonly onFailure: (error: unknown, failures: number) => Backoff | undefined;
}

/**
 * Does the work until it succeeds, with pauses of full jitter between the attempts.
 *
 * @throws errors of `onFailure`; the error of the last attempt if the time is up.
 */
export async function retry<T>(
  work: () => Promise<T>,
  { backoff, stop, untilMs = Number.POSITIVE_INFINITY, onFailure }: RetryOptions,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      failures++;
      const next = onFailure(error, failures) ?? backoff;
      const pauseMs = fullJitterMs(failures - 1, next);
      if (Date.now() + pauseMs >= untilMs) throw error;
      await pause(pauseMs, stop);
    }
  }
}
