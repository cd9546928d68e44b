/**
 * Returns a signal that is aborted after some milliseconds. Unlike a bare `AbortSignal.timeout`, it also works if nothing but
 * `AbortSignal.any` refers to it. `AbortSignal.any` holds its sources weakly, so Node.js would collect a bare signal as garbage, and a
 * wait for it would never end. A signal with a listener is kept until its time is up.
 */
export function signalAfter(ms: number): AbortSignal {
  const limit = AbortSignal.timeout(ms);
  limit.addEventListener("abort", () => undefined);
  return limit;
}
