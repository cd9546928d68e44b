import { crc32 } from "node:zlib";

/** The result of reading a gzip header at the start of a stream. */
export type GzipHeader =
  | { readonly kind: "incomplete" }
  | { readonly kind: "bad"; readonly detail: string }
  | { readonly kind: "complete"; readonly bytes: number };

const FIXED_BYTES = 10;
// RFC 1952 does not limit the length of the file name. This limit bounds memory.
const MAX_BYTES = 128 * 1024;

const HAS_CRC = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;
const RESERVED = 0xe0;

/** Returns whether bytes begin like gzip data. A single byte also counts if it is the first byte of gzip data. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && (bytes.length === 1 || bytes[1] === 0x8b);
}

/** Reads a gzip member's header (RFC 1952, 2.3) at the start of a stream for which {@link isGzip} returns true. */
export function readGzipHeader(bytes: Buffer): GzipHeader {
  if (bytes.length < FIXED_BYTES) return incomplete(bytes);
  if (bytes[2] !== 8) return { kind: "bad", detail: `unknown compression method ${bytes[2]}` };
  const flags = bytes[3] ?? 0;
  if (flags & RESERVED) return { kind: "bad", detail: "unknown header flags" };
  let end = FIXED_BYTES;
  if (flags & HAS_EXTRA) {
    if (bytes.length < end + 2) return incomplete(bytes);
    end += 2 + bytes.readUInt16LE(end);
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & flag)) continue;
    const nul = end < bytes.length ? bytes.indexOf(0, end) : -1;
    if (nul === -1) return incomplete(bytes);
    end = nul + 1;
  }
  if (flags & HAS_CRC) {
    if (bytes.length < end + 2) return incomplete(bytes);
    const wrong = (crc32(bytes.subarray(0, end)) & 0xffff) !== bytes.readUInt16LE(end);
    if (wrong) return { kind: "bad", detail: "the header's checksum is wrong" };
    end += 2;
  }
  return bytes.length < end ? incomplete(bytes) : { kind: "complete", bytes: end };
}

function incomplete(bytes: Buffer): GzipHeader {
  return bytes.length > MAX_BYTES
    ? { kind: "bad", detail: `a header of more than ${MAX_BYTES} bytes` }
    : { kind: "incomplete" };
}
