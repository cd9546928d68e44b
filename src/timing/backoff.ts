export interface Backoff {
  /** Upper bound of the first pause. */
  readonly baseMs: number;
  /** Upper bound of any pause. */
  readonly capMs: number;
}

/**
 * Returns how long to pause before the next attempt, in milliseconds, by full jitter: anything from 0 to a bound that
 * doubles with each attempt, so that many workers that lost the same server do not come back in step.
 *
 * @param attempt - how many attempts have failed before this one, from 0.
 * @param random - in [0, 1).
 */
export function fullJitterMs(attempt: number, { baseMs, capMs }: Backoff, random = Math.random()): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}

/** Returns the same backoff, but with shorter pauses if another attempt costs little. */
export function askAgain(
  { askAgainMs }: { readonly askAgainMs: number },
  { baseMs, capMs }: Backoff,
): Backoff {
  return { baseMs, capMs: Math.min(capMs, askAgainMs) };
}
