export interface Backoff {
  /** The upper limit of the first pause. */
  readonly baseMs: number;
  /** The upper limit of all pauses. */
  readonly capMs: number;
}

/**
 * Returns the pause before the next attempt in milliseconds, with full jitter: a random time from 0 to a limit that doubles with
 * each attempt. Because of the jitter, workers that lost the same server do not all reconnect at the same time.
 *
 * @param attempt - the number of attempts that have failed before, from 0.
 * @param random - a number in [0, 1).
 */
export function fullJitterMs(attempt: number, { baseMs, capMs }: Backoff, random = Math.random()): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}

/** Returns the backoff with its pauses limited to the `askAgainMs` of an error, which is short if another attempt costs little. */
export function askAgain(
  { askAgainMs }: { readonly askAgainMs: number },
  { baseMs, capMs }: Backoff,
): Backoff {
  return { baseMs, capMs: Math.min(capMs, askAgainMs) };
}
