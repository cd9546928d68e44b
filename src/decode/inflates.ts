import * as zlib from "node:zlib";

/** @throws Error with the code `ERR_BUFFER_TOO_LARGE` for what inflates to more; others for what cannot be inflated. */
export type Inflate = (body: Buffer, limits: InflateLimits) => Buffer;

interface InflateLimits {
  /** In bytes; no more than that is ever held. */
  readonly maxOutputLength: number;
}

/** Only newer versions of Node bring it, so the types of the oldest one that we support do not name it. */
const zstd: unknown = Reflect.get(zlib, "zstdDecompressSync");

/** By the names of `declaredEncodings`. What Node cannot undo has no row: bzip2, LZMA, and zstd before Node 22.15. */
export const inflates: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ...["gzip", "zlib", "deflate"].map((name) => [name, inflateAny] as const),
  ...["br", "brotli"].map((name) => [name, zlib.brotliDecompressSync] as const),
  ...(typeof zstd === "function" ? ["zstd", "zstandard"] : []).map((name) => [name, inflateZstd] as const),
]);

/**
 * Undoes gzip, zlib and bare deflate, whichever the first bytes show: kombu's `application/x-gzip` is zlib data, and
 * publishers send `deflate` with and without the header of zlib.
 */
function inflateAny(body: Buffer, limits: InflateLimits): Buffer {
  const [first = 0, second = 0] = body;
  if (first === 0x1f && second === 0x8b) return zlib.gunzipSync(body, limits);
  // RFC 1950: the method is 8, and both bytes together are a multiple of 31.
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return isZlib ? zlib.inflateSync(body, limits) : zlib.inflateRawSync(body, limits);
}

function inflateZstd(body: Buffer, limits: InflateLimits): Buffer {
  const plain: unknown = typeof zstd === "function" ? zstd(body, limits) : null;
  if (!Buffer.isBuffer(plain)) throw new TypeError("zstd gave no bytes");
  return plain;
}
