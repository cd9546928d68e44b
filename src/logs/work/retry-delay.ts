import { fullJitterMs } from "../../timing/backoff.ts";

/** The number of times that a log is tried, including the first attempt. */
export interface RetryLimits {
  readonly maxAttempts: number;
}

// The longest wait is 30 s after the first failure, doubles with each failure, and is two hours from the ninth on. With ten
// attempts, all waits together take two hours on average, so a log host may be down that long.
const backoff = { baseMs: 30_000, capMs: 7_200_000 };
// Jitter alone could retry a failing host within milliseconds.
const leastMs = 1000;

/**
 * Returns the time until a log that could not be read is tried again, in milliseconds, with full jitter; null if it is given up.
 *
 * @param failed - the number of failed attempts, including this one.
 * @param random - in [0, 1).
 */
export function retryDelayMs(
  failed: number,
  { maxAttempts }: RetryLimits,
  random = Math.random(),
): number | null {
  if (failed >= maxAttempts) return null;
  return leastMs + fullJitterMs(failed - 1, backoff, random);
}
