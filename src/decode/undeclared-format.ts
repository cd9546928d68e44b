/*
 * Recognises bytes that are not plain UTF-8 by the first of them. Strings in this source file are bytes, with one character for
 * each byte.
 */

/** A format that a body has, although its properties do not declare it. */
export interface UndeclaredFormat {
  /** Its name for people. */
  readonly name: string;
  /** The value of `content_encoding` that would declare it; null if it cannot be decoded here. */
  readonly encoding: string | null;
}

const formats: readonly (UndeclaredFormat & { readonly heads: readonly string[] })[] = [
  { name: "gzip", encoding: "gzip", heads: ["\x1f\x8b"] },
  { name: "zlib", encoding: "zlib", heads: ["x\x01", "x\x9c", "x\xda"] },
  { name: "zstd", encoding: null, heads: ["(\xb5/\xfd"] },
  { name: "xz", encoding: null, heads: ["\xfd7zXZ\0"] },
  { name: "bzip2", encoding: null, heads: ["BZh91AY&SY"] },
  { name: "zip", encoding: null, heads: ["PK\x03\x04"] },
  { name: "UTF-32", encoding: null, heads: ["\xff\xfe\0\0", "\0\0"] },
  { name: "UTF-16", encoding: "utf-16", heads: ["\xff\xfe", "\xfe\xff"] },
  // JSON begins with a character of ASCII, so one of the first two bytes is NUL.
  { name: "UTF-16", encoding: "utf-16-be", heads: ["\0"] },
];

/** The number of bytes from the start of a body that are enough to recognise every format. */
const HEAD_BYTES = 16;

/** Returns the format that the first bytes of a body indicate; null for plain text, and for formats without a signature. */
export function undeclaredFormat(body: Buffer): UndeclaredFormat | null {
  const head = body.toString("latin1", 0, HEAD_BYTES);
  const found = formats.find(({ heads }) => heads.some((each) => head.startsWith(each)));
  if (found !== undefined) return found;
  if (head[1] !== "\0") return null;
  return head[2] === "\0" ? { name: "UTF-32", encoding: null } : { name: "UTF-16", encoding: "utf-16-le" };
}
