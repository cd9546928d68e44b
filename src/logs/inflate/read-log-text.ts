import type { LogFault } from "../../domain/log-faults.ts";
import type { TransferredLog } from "../fetch/log-source.ts";
import { declaredEncodings } from "./content-encoding.ts";
import { type Encoding, isWhole, type UnmarkedEncoding, undo } from "./encodings.ts";
import { isGzip } from "./gzip-header.ts";
import { type InflateLimits, limitInflated } from "./inflate-limits.ts";
import { beginsClean, CLEAN_START_BYTES, isText } from "./is-text.ts";
import { beginsAsZlib, beginsAsZstd, HEAD_BYTES } from "./log-formats.ts";
import { logText } from "./log-text-bytes.ts";
import { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

/** Takes a piece of text. Returns false to stop reading. */
export type TakeText = (chunk: Buffer) => boolean;

// A server may compress a file that is compressed already. More layers have no honest use.
const MAX_LAYERS = 2;

/**
 * Passes the text of a log to `take`. Undoes up to two layers of compression, as the header declares or the first bytes show.
 *
 * @returns the reason why the log cannot be read as text; null if it can. Errors of the source are thrown.
 */
export async function readLogText(
  log: TransferredLog,
  limits: InflateLimits,
  take: TakeText,
): Promise<LogFault | null> {
  try {
    for await (const chunk of inflateLayers(log, limits)) if (!take(chunk)) break;
    return null;
  } catch (error) {
    if (error instanceof UnreadableLog) return error.fault;
    throw error;
  }
}

async function* inflateLayers(log: TransferredLog, limits: InflateLimits): AsyncGenerator<Buffer, void> {
  const wire = { bytes: 0 };
  const declared = declaredEncodings(log.contentEncoding);
  const undone: Encoding[] = [];
  let reader = new PieceReader(count(log.bytes, wire));
  try {
    for (;;) {
      const encoding = nextEncoding(await reader.peek(HEAD_BYTES), declared[0] ?? null);
      if (encoding === null) break;
      undone.push(encoding);
      if (undone.length > MAX_LAYERS) {
        throw new UnreadableLog({ reason: "too-many-layers", encodings: undone });
      }
      if (encoding === declared[0]) declared.shift();
      reader = new PieceReader(limitInflated(closing(reader, undo[encoding](reader)), wire, limits));
    }
    const text = logText(reader);
    yield* undone.length === 0 ? limitInflated(text, wire, limits) : text;
  } finally {
    await reader.close();
  }
}

/**
 * Returns the encoding of compressed data; null if it is not compressed. The first bytes are more reliable than the header, and a
 * declared encoding is ignored if the data is plain text. If there are too few bytes to decide, the function tries to inflate them.
 */
function nextEncoding(head: Buffer, declared: UnmarkedEncoding | null): Encoding | null {
  if (isGzip(head)) return "gzip";
  if (beginsAsZstd(head)) return "zstd";
  const isPlain =
    beginsClean(head) &&
    (head.length >= CLEAN_START_BYTES || (declared !== null && !isWhole(declared, head)));
  if (declared !== null && head.length > 0 && !isPlain) return declared;
  // Text may begin like zlib data: `x^` is a zlib header. Very short zlib data may have no more odd bytes than text.
  return beginsAsZlib(head) && (!isText(head) || isWhole("deflate", head)) ? "deflate" : null;
}

async function* count(pieces: AsyncIterable<Uint8Array>, wire: { bytes: number }) {
  for await (const piece of pieces) {
    wire.bytes += piece.length;
    yield piece;
  }
}

/** Yields the pieces unchanged, and closes their reader at the end. */
async function* closing(reader: PieceReader, pieces: AsyncIterable<Buffer>) {
  try {
    yield* pieces;
  } finally {
    await reader.close();
  }
}
