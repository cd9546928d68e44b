/** Identifies one signed request. */
export interface NonceKey {
  readonly client_id: string;
  readonly nonce: string;
  /** The time that the client signed, in seconds since the Unix epoch. */
  readonly ts: number;
}

export interface NonceUse extends NonceKey {
  /** When the request arrived, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The rate limit that the request counts against; null if the request is not counted. */
  readonly counted: {
    /** All requests of one client in one group share a limit. */
    readonly group: string;
    /** The most requests in 60 seconds. */
    readonly limit: number;
  } | null;
}

/**
 * The result of using a nonce:
 *
 * - `fresh`: the nonce was new. It has been recorded, and the request counts.
 * - `used`: the nonce was already recorded. Nothing has changed.
 * - `throttled`: the nonce was new and has been recorded, but the limit has been reached. The request does not count.
 */
export type NonceEnd =
  | { readonly kind: "fresh" }
  | { readonly kind: "used" }
  | {
      readonly kind: "throttled";
      /** When the next request will be accepted, in milliseconds since the Unix epoch. Always later than `at`. */
      readonly free_at: number;
    };

/** Records the nonces of signed requests, so that no request is accepted twice. All workers on this store share the records. */
export interface NonceStore {
  /**
   * Records a nonce, and keeps it until at least `ts` + 61 s. If several workers use the same nonce at the same time, it is
   * `fresh` for exactly one of them. Workers that use different nonces at the same time may exceed a limit by one request each.
   */
  useNonce(use: NonceUse): Promise<NonceEnd>;
  /** Stops counting a request against its limit, because it was refused after it had been counted. The nonce stays recorded. */
  uncountNonce(key: NonceKey): Promise<void>;
}
