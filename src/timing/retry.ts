import { type Backoff, fullJitterMs } from "./backoff.ts";
import { pause } from "./pause.ts";

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Aborted: no pause is made any more. `onFailure` decides whether there is another attempt. */
  readonly stop?: AbortSignal;
  /**
   * Told of each failed attempt, and how many there have been. Throws to give up. May return another backoff for the
   * pause that follows.
   */
  readonly onFailure: (error: unknown, failures: number) => Backoff | undefined;
}

/**
 * Does the work until it succeeds, with pauses of full jitter between the attempts.
 *
 * @param work - told how many attempts have failed before.
 * @throws what `onFailure` throws.
 */
export async function retry<T>(
  work: (failures: number) => Promise<T>,
  { backoff, stop, onFailure }: RetryOptions,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await work(failures);
    } catch (error) {
      failures++;
      const next = onFailure(error, failures) ?? backoff;
      await pause(fullJitterMs(failures - 1, next), stop);
    }
  }
}
