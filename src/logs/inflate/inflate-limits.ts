import { UnreadableLog } from "./unreadable-log.ts";

/** What a log may inflate to. They hold for each layer of compression, and for plain text. */
export interface InflateLimits {
  readonly inflatedBytes: number;
  /** Inflated bytes for each transferred byte; looked at only from {@link RATIO_FROM_BYTES} inflated bytes on. */
  readonly ratio: number;
}

// Less text than this costs little, however small it was when it was transferred: honest logs have long runs of NULs,
// dots or blank lines.
export const RATIO_FROM_BYTES = 64 * 1024 * 1024;

/**
 * The same pieces, within limits.
 *
 * @param wire - how many bytes have been transferred so far.
 * @throws UnreadableLog
 */
export async function* limitInflated(
  pieces: AsyncIterable<Buffer>,
  wire: { readonly bytes: number },
  { inflatedBytes, ratio }: InflateLimits,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > inflatedBytes)
      throw new UnreadableLog({ reason: "inflates-too-far", limitBytes: inflatedBytes });
    if (bytes > RATIO_FROM_BYTES && bytes > ratio * wire.bytes) {
      throw new UnreadableLog({ reason: "ratio-too-high", limit: ratio });
    }
    yield piece;
  }
}
