/** The length of the sliding window in which the requests of a client are counted, in milliseconds. */
export const COUNTED_MS = 60_000;

/**
 * How long a nonce is kept after the time that the client signed, in milliseconds. After 61 s, a request is refused because of its
 * time. The nonce is kept for another minute, because it also counts as a request of the last minute, and because the clock of the
 * server that deletes it may differ from those of the workers.
 */
const KEPT_MS = 121_000;

/** Returns when a nonce may be deleted, in milliseconds since the Unix epoch. @param ts - the signed time, in seconds. */
export function nonceExpiry(ts: number): number {
  return ts * 1000 + KEPT_MS;
}
