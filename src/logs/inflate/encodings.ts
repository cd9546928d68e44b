import { Transform } from "node:stream";
import zlib, {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createInflate,
  createInflateRaw,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
import type { LogFault } from "../../domain/log-faults.ts";
import { gunzipFirstMember } from "./first-gzip-member.ts";
import { type Inflater, inflate } from "./inflate.ts";
import { beginsAsZlib, beginsAsZstd } from "./log-formats.ts";
import type { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

/** The supported compressions, by their names in HTTP. */
export type Encoding = "gzip" | "deflate" | "br" | "zstd";

/** The encodings that cannot be recognised for certain by their first bytes. */
export type UnmarkedEncoding = Extract<Encoding, "deflate" | "br">;

const INFLATED_CHUNK = 64 * 1024;
// With these flush modes, truncated data ends without an error, after everything that could be inflated.
const zlibOptions = { chunkSize: INFLATED_CHUNK, finishFlush: constants.Z_SYNC_FLUSH };
const brotliOptions = { chunkSize: INFLATED_CHUNK, finishFlush: constants.BROTLI_OPERATION_FLUSH };
// 1 is ZSTD_e_flush, for which Node 20 has no constant.
const zstdOptions = { chunkSize: INFLATED_CHUNK, finishFlush: 1 };

/**
 * Decompressors by encoding. Each yields the inflated data. Truncated data yields everything that could be inflated, and bytes
 * after the end of the compressed data are ignored.
 *
 * @throws UnreadableLog for corrupt data, and for zstd if this version of Node does not support it.
 */
export const undo: Readonly<
  Record<Encoding, (reader: PieceReader) => AsyncGenerator<Buffer, void, undefined>>
> = {
  gzip: gunzipFirstMember,
  // In HTTP `deflate` means zlib data, but some servers send bare deflate data.
  async *deflate(reader) {
    const isZlib = beginsAsZlib(await reader.peek(2));
    const inflater = isZlib ? createInflate(zlibOptions) : createInflateRaw(zlibOptions);
    yield* inflate(reader, inflater, corrupt("deflate"));
  },
  br: (reader) => inflate(reader, createBrotliDecompress(brotliOptions), corrupt("brotli")),
  async *zstd(reader) {
    // A zstd file may consist of several frames.
    while (beginsAsZstd(await reader.peek(4))) {
      const inflater = createZstdInflater();
      if (inflater === null) throw new UnreadableLog({ reason: "foreign-compression", format: "zstd" });
      yield* inflate(reader, inflater, corrupt("zstd"));
    }
  },
};

/**
 * Returns whether bytes are complete compressed data that inflates to no more than 4 MiB. Text hardly ever passes this test, because
 * zlib data has a checksum, and brotli and bare deflate data would have to end exactly where the text ends.
 */
export function isWhole(encoding: UnmarkedEncoding, bytes: Buffer): boolean {
  const inflateAll =
    encoding === "br" ? brotliDecompressSync : beginsAsZlib(bytes) ? inflateSync : inflateRawSync;
  try {
    inflateAll(bytes, { maxOutputLength: MAX_TRIAL_BYTES });
    return true;
  } catch {
    // The bytes are not compressed in this way, end too early, or inflate to too much.
    return false;
  }
}

const MAX_TRIAL_BYTES = 4 * 1024 * 1024;

function corrupt(format: string): (detail: string) => LogFault {
  return (detail) => ({ reason: "corrupt-compression", format, detail });
}

/** Returns null before Node 22.15, the first version with zstd. */
function createZstdInflater(): Inflater | null {
  const create: unknown = Reflect.get(zlib, "createZstdDecompress");
  const inflater: unknown = typeof create === "function" ? create(zstdOptions) : null;
  return isInflater(inflater) ? inflater : null;
}

function isInflater(value: unknown): value is Inflater {
  return value instanceof Transform && "bytesWritten" in value;
}
