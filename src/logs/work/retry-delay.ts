import { fullJitterMs } from "../../timing/backoff.ts";

/** How often a log is tried: the first attempt counts. */
export interface RetryLimits {
  readonly maxAttempts: number;
}

// Bounds of the wait: 30 s after the first failure, doubling, two hours from the ninth on. With ten attempts the waits
// together are two hours on average: a log host may be away that long.
const backoff = { baseMs: 30_000, capMs: 7_200_000 };
// A log host that stumbles is not asked again in the same second.
const leastMs = 1000;

/**
 * Milliseconds until a log that could not be read is tried again, by full jitter; null: never.
 *
 * @param failed - attempts that failed, this one included: from 1.
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
