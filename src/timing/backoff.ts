import type { Unavailable } from "../domain/faults.ts";

export interface Backoff {
  /** Upper bound of the first wait. */
  readonly baseMs: number;
  /** Upper bound of any wait. */
  readonly capMs: number;
}

/**
 * Milliseconds to wait before the next try, by full jitter: anything from 0 to a bound that doubles with each
 * attempt, so that many workers that lost the same server do not come back in step.
 *
 * @param attempt - tries that failed so far, from 0.
 * @param random - in [0, 1).
 */
export function fullJitterMs(attempt: number, { baseMs, capMs }: Backoff, random = Math.random()): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}

/** The same, or shorter waits where asking costs what was unavailable little. */
export function askAgain({ askAgainMs }: Unavailable, { baseMs, capMs }: Backoff): Backoff {
  return { baseMs, capMs: Math.min(capMs, askAgainMs) };
}
