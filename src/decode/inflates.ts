import * as zlib from "node:zlib";

/**
 * Decompresses a body.
 *
 * @throws Error with the code `ERR_BUFFER_TOO_LARGE` if the decompressed body exceeds the limit, and another error if the body is
 *   corrupt.
 */
export type Inflate = (body: Buffer, limits: InflateLimits) => Buffer;

interface InflateLimits {
  /** The maximum size of the decompressed body, in bytes. Decompression stops there with an error. */
  readonly maxOutputLength: number;
}

/** The zstd function of newer versions of Node. The types of the oldest supported version do not contain it. */
const zstd: unknown = Reflect.get(zlib, "zstdDecompressSync");

/** Decompressors by the names that `declaredEncodings` uses. Node supports neither bzip2 nor LZMA, and zstd only since 22.15. */
export const inflates: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ...["gzip", "zlib", "deflate"].map((name) => [name, inflateAny] as const),
  ...["br", "brotli"].map((name) => [name, zlib.brotliDecompressSync] as const),
  ...(typeof zstd === "function" ? ["zstd", "zstandard"] : []).map((name) => [name, inflateZstd] as const),
]);

/**
 * Decompresses gzip, zlib or raw deflate data, which it tells apart by the first bytes. The declared name is not reliable: kombu's
 * `application/x-gzip` is zlib data, and publishers send `deflate` with and without a zlib header.
 */
function inflateAny(body: Buffer, limits: InflateLimits): Buffer {
  const [first = 0, second = 0] = body;
  if (first === 0x1f && second === 0x8b) return zlib.gunzipSync(body, limits);
  // RFC 1950: the compression method is 8, and both bytes together are a multiple of 31.
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return isZlib ? zlib.inflateSync(body, limits) : zlib.inflateRawSync(body, limits);
}

function inflateZstd(body: Buffer, limits: InflateLimits): Buffer {
  const plain: unknown = typeof zstd === "function" ? zstd(body, limits) : null;
  if (!Buffer.isBuffer(plain)) throw new TypeError("zstd returned no bytes");
  return plain;
}
