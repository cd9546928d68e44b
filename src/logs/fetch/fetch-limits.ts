/** The limits of one fetch. */
export interface FetchLimits {
  /** The time to resolve the name, for each hop; at most `connectMs`. */
  readonly lookupMs: number;
  /** The time from the first packet to the end of the TLS handshake, for each hop. */
  readonly connectMs: number;
  /** The time between two pieces of the body. The headers of each answer must arrive within `connectMs` + `idleMs`. */
  readonly idleMs: number;
  /** The time for the whole fetch, including redirects and the time that the reader itself takes. */
  readonly totalMs: number;
  readonly redirects: number;
  /** The size of the body in transfer: compressed, with chunk framing and trailers. */
  readonly bytes: number;
}

/** The defaults. 30 s for each network operation suits log hosts; the other limits bound what a hostile host can cost. */
export const defaultFetchLimits: FetchLimits = {
  lookupMs: 10_000,
  connectMs: 30_000,
  idleMs: 30_000,
  totalMs: 300_000,
  redirects: 5,
  bytes: 256 * 1024 * 1024,
};
