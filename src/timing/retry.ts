import { type Backoff, fullJitterMs } from "./backoff.ts";
import { pause } from "./pause.ts";

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Ends pauses immediately when it is aborted. `onFailure` still decides whether there is another attempt. */
  readonly stop?: AbortSignal;
  /** The time after which no new attempt starts, in milliseconds since the Unix epoch. */
  readonly untilMs?: number;
  /**
   * Called after each failed attempt, with its error and the number of failures so far. It throws to give up. It may return another
   * backoff for the next pause.
   */
  readonly onFailure: (error: unknown, failures: number) => Backoff | undefined;
}

/**
 * Repeats the work until it succeeds, with pauses between the attempts; see `fullJitterMs`.
 *
 * @throws the errors that `onFailure` throws, or the error of the last attempt if the time is up.
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
