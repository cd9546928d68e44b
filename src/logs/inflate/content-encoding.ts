import type { UnmarkedEncoding } from "./encodings.ts";

// gzip and zstd are not listed, because their first bytes identify them.
const unmarked: Readonly<Record<string, UnmarkedEncoding>> = { br: "br", deflate: "deflate" };

/**
 * Returns the encodings in a `Content-Encoding` header that cannot be identified by their first bytes, outermost first.
 * All others are ignored: many servers send `gzip` or `utf-8` with plain text, and the bytes are more reliable.
 */
export function declaredEncodings(header: string): UnmarkedEncoding[] {
  return header
    .split(",")
    .flatMap((name) => unmarked[name.trim().toLowerCase()] ?? [])
    .toReversed();
}
