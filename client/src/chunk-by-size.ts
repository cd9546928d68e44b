/** The most that one request may hold. */
export interface ChunkLimits {
  readonly maxItems: number;
  /** Length of the request's body, in bytes. */
  readonly maxBytes: number;
}

/**
 * Returns chunks of the items in their order, each within the limits. An item that is too long by itself is a chunk of its
 * own. Pure.
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
  // The brackets; each item brings a comma or, the last one, nothing.
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
