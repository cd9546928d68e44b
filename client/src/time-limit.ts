/** The longest time that a timer can wait, in milliseconds. */
const MAX_MS = 2 ** 31 - 1;

/** Returns a signal that is aborted after a number of milliseconds, which may be fractional or infinite. */
export function timeLimit(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.min(Math.ceil(ms), MAX_MS));
}
