/**
 * Returns a signal that is aborted after some milliseconds. It may be the only thing that ends a wait, through `AbortSignal.any`, which
 * refers to its sources weakly: Node.js would collect a bare `AbortSignal.timeout` as garbage, and the wait would never end. A
 * signal that has a listener is kept until its time is up.
 */
export function signalAfter(ms: number): AbortSignal {
  const limit = AbortSignal.timeout(ms);
  limit.addEventListener("abort", () => undefined);
  return limit;
}
