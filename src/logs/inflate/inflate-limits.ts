import { UnreadableLog } from "./unreadable-log.ts";

/** Limits on the inflated data of a log. They apply to each layer of compression, and to plain text. */
export interface InflateLimits {
  readonly inflatedBytes: number;
  /** The most inflated bytes for each transferred byte. It is checked only after {@link RATIO_FROM_BYTES} inflated bytes. */
  readonly ratio: number;
}

// Less text than this costs little, however well it was compressed. Honest logs may have long runs of NULs, dots or
// blank lines.
export const RATIO_FROM_BYTES = 64 * 1024 * 1024;

/**
 * Yields the pieces unchanged, and throws if they exceed the limits.
 *
 * @param wire - the number of bytes that have been transferred so far.
 * @throws UnreadableLog if a limit is exceeded.
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
