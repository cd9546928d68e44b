import type { Encoding } from "./encodings.ts";

// gzip and zstd are not here, because their data shows what it is.
const unmarked: Readonly<Record<string, Encoding>> = { br: "br", deflate: "deflate" };

/**
 * The encodings of a `Content-Encoding` header whose data does not show what it is, outermost first.
 * All others are left out: many servers send `gzip` for plain text, or `utf-8`, and the bytes tell more.
 */
export function declaredEncodings(header: string): Encoding[] {
  return header
    .split(",")
    .flatMap((name) => unmarked[name.trim().toLowerCase()] ?? [])
    .toReversed();
}
