/** The limits of one request. */
export interface ChunkLimits {
  readonly maxItems: number;
  /** Length of the request's body, in bytes. */
  readonly maxBytes: number;
}

/**
 * Splits items into chunks within the limits, and keeps their order. A single item that exceeds the limit is a chunk of its own.
 * Pure.
 *
 * @param bytesOf - the length of an item's JSON, in bytes.
 */
export function chunkBySize<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  { maxItems, maxBytes }: ChunkLimits,
): Item[][] {
  const chunks: Item[][] = [];
  let open: Item[] = [];
  // Two bytes for the brackets. Each further item adds a comma.
  let openBytes = 2;
  for (const item of items) {
    const bytes = bytesOf(item) + (open.length > 0 ? 1 : 0);
    if (open.length > 0 && (open.length >= maxItems || openBytes + bytes > maxBytes)) {
      chunks.push(open);
      open = [item];
      openBytes = 2 + bytesOf(item);
    } else {
      open.push(item);
      openBytes += bytes;
    }
  }
  if (open.length > 0) chunks.push(open);
  return chunks;
}
