/** So many bytes of a file tell every format. */
export const FOREIGN_HEAD_BYTES = 10;

/** What files begin with that are compressed in another way than gzip; a byte a character. */
const beginnings: readonly { readonly format: string; readonly head: string }[] = [
  // zlib's fourth beginning, for levels 2 to 5, is the text `x^`, which a log may well begin with.
  { format: "zlib", head: "x\x01" },
  { format: "zlib", head: "x\x9c" },
  { format: "zlib", head: "x\xda" },
  { format: "bzip2", head: "BZh91AY&SY" },
  { format: "xz", head: "\xfd7zXZ\0" },
  { format: "zstd", head: "(\xb5/\xfd" },
  { format: "zip", head: "PK\x03\x04" },
];

/**
 * The name of a compression that is not undone here, by the first {@link FOREIGN_HEAD_BYTES} bytes; null: none that is
 * known. Read as text, such a log would end as `parsed`, with a summary of noise.
 */
export function foreignCompression(bytes: Buffer): string | null {
  const start = bytes.toString("latin1", 0, FOREIGN_HEAD_BYTES);
  return beginnings.find(({ head }) => start.startsWith(head))?.format ?? null;
}
