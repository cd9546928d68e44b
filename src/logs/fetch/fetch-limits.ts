/** What one fetch may cost. */
export interface FetchLimits {
  /** For resolving the name, for each hop; never longer than `connectMs`. */
  readonly lookupMs: number;
  /** From the first packet to the end of the TLS handshake, for each hop. */
  readonly connectMs: number;
  /** Between two pieces of the body; for the head of each answer counted from the end of `connectMs`. */
  readonly idleMs: number;
  /** For the whole, redirects and the reader's own time included. */
  readonly totalMs: number;
  readonly redirects: number;
  /** Of the body as it is transferred: compressed, with the framing of its chunks and with its trailers. */
  readonly bytes: number;
}

/** 30 s for each operation of the network, as log hosts are used to; the others bound what a hostile one can take. */
export const defaultFetchLimits: FetchLimits = {
  lookupMs: 10_000,
  connectMs: 30_000,
  idleMs: 30_000,
  totalMs: 300_000,
  redirects: 5,
  bytes: 256 * 1024 * 1024,
};
