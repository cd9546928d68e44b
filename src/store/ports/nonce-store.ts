/** Names one signed request. */
export interface NonceKey {
  readonly client_id: string;
  readonly nonce: string;
  /** The time that the client signed, in seconds since the Unix epoch. */
  readonly ts: number;
}

export interface NonceUse extends NonceKey {
  /** When the request came, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The limit that the request counts against; null if it does not count. */
  readonly counted: {
    /** Requests of the same client and group share a limit. */
    readonly group: string;
    /** The most requests in 60 seconds. */
    readonly limit: number;
  } | null;
}

/**
 * What became of a nonce:
 *
 * - `fresh`: it was not known. It is now, and the request counts.
 * - `used`: it was known. Nothing has changed.
 * - `throttled`: it was not known, and is now. The request does not count, because the limit has been reached.
 */
export type NonceEnd =
  | { readonly kind: "fresh" }
  | { readonly kind: "used" }
  | {
      readonly kind: "throttled";
      /** When the next request will be accepted, in milliseconds since the Unix epoch. It is later than `at`. */
      readonly free_at: number;
    };

/** The nonces of signed requests, which all workers on this store share, so that no request is accepted twice. */
export interface NonceStore {
  /**
   * Remembers a nonce until at least `ts` + 61 s. If several workers use the same one at the same time, it is fresh for one of
   * them. Workers that use different ones at the same moment may exceed a limit by one request each.
   */
  useNonce(use: NonceUse): Promise<NonceEnd>;
  /** Keeps the nonce, but lets its request no longer count, because it was refused later. */
  uncountNonce(key: NonceKey): Promise<void>;
}
