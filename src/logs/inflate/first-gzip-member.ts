import { constants, crc32, createInflateRaw } from "node:zlib";
import type { LogFault } from "../../domain/log-faults.ts";
import { readGzipHeader } from "./gzip-header.ts";
import { inflate } from "./inflate.ts";
import type { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

const FIXED_HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
// The end of data that breaks off must not be an error.
const inflateOptions = { chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };

/**
 * What the first member of gzip data inflates to. What follows that member is ignored, whether it is another member or
 * junk. Data that breaks off gives what could be inflated.
 *
 * Node's own gunzip reads all members and throws at a broken end; so the header and the trailer are read here.
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
  if (trailer.length < TRAILER_BYTES) return;
  if (trailer.readUInt32LE(0) !== checksum || trailer.readUInt32LE(4) !== bytes % 2 ** 32) {
    throw new UnreadableLog(corrupt("the checksum or the length is wrong"));
  }
}

/** @returns false where the data breaks off in its header. */
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
