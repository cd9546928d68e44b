/** The time in which the requests of a client are counted, in milliseconds. */
export const COUNTED_MS = 60_000;

/**
 * How long a nonce is kept after the time that the client signed, in milliseconds. A request is refused for its time after
 * 61 s. The nonce stays for another minute, because it also counts as a request of the last minute, and because the server that
 * deletes it may have another time than the workers.
 */
const KEPT_MS = 121_000;

/** Returns when a nonce may be deleted, in milliseconds since the Unix epoch. @param ts - in seconds. */
export function nonceExpiry(ts: number): number {
  return ts * 1000 + KEPT_MS;
}
