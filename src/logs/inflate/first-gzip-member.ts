import { constants, crc32, createInflateRaw } from "node:zlib";
import type { LogFault } from "../../domain/log-faults.ts";
import { readGzipHeader } from "./gzip-header.ts";
import { inflate } from "./inflate.ts";
import type { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

const FIXED_HEADER_BYTES = 10;
const CHECKSUM_BYTES = 4;
const TRAILER_BYTES = 8;
// With this flush mode, truncated data ends without an error.
const inflateOptions = { chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };

/**
 * Yields the inflated first member of gzip data. Everything after that member is ignored, whether it is another member or junk.
 * Truncated data yields everything that could be inflated.
 *
 * Header and trailer are read here, because Node's own gunzip reads all members, and throws if the data is truncated.
 *
 * @throws UnreadableLog for corrupt data.
 */
export async function* gunzipFirstMember(reader: PieceReader): AsyncGenerator<Buffer, void, undefined> {
  if (!(await skipHeader(reader))) return;
  let checksum = 0;
  let bytes = 0;
  for await (const chunk of inflate(reader, createInflateRaw(inflateOptions), corrupt)) {
    checksum = crc32(chunk, checksum);
    bytes += chunk.length;
    yield chunk;
  }
  const trailer = await reader.peek(TRAILER_BYTES);
  // Data that ends within the trailer may still have a complete checksum.
  if (trailer.length < CHECKSUM_BYTES) return;
  const isWrong =
    trailer.readUInt32LE(0) !== checksum ||
    (trailer.length >= TRAILER_BYTES && trailer.readUInt32LE(CHECKSUM_BYTES) !== bytes % 2 ** 32);
  if (isWrong) throw new UnreadableLog(corrupt("the checksum or the length is wrong"));
}

/** Skips the header. Returns false if the data ends within it. */
async function skipHeader(reader: PieceReader): Promise<boolean> {
  for (let wanted = FIXED_HEADER_BYTES; ; wanted *= 2) {
    const head = await reader.peek(wanted);
    const header = readGzipHeader(head);
    if (header.kind === "bad") throw new UnreadableLog(corrupt(header.detail));
    if (header.kind === "complete") {
      await reader.skip(header.bytes);
      return true;
    }
    if (head.length < wanted) return false;
  }
}

function corrupt(detail: string): LogFault {
  return { reason: "corrupt-gzip", detail };
}
