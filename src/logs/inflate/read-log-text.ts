import type { LogFault } from "../../domain/log-faults.ts";
import type { TransferredLog } from "../fetch/log-source.ts";
import { declaredEncodings } from "./content-encoding.ts";
import { type Encoding, undo } from "./encodings.ts";
import { isGzip } from "./gzip-header.ts";
import { type InflateLimits, limitInflated } from "./inflate-limits.ts";
import { beginsClean, CLEAN_START_BYTES, isText } from "./is-text.ts";
import { beginsAsZlib, beginsAsZstd, HEAD_BYTES } from "./log-formats.ts";
import { logText } from "./log-text-bytes.ts";
import { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

/** Takes the text as it comes; false: enough, stop. */
export type TakeText = (chunk: Buffer) => boolean;

// A server may compress a file that is compressed already; nobody does it once more.
const MAX_LAYERS = 2;

/**
 * Gives `take` the text of a log. Undoes up to two compressions that the header declares or the first bytes show.
 *
 * @returns why the log cannot be read as text, or null. What the source throws passes through.
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
 * How the data with this head is compressed; null: not at all. What the first bytes show comes before what the header
 * declares, and a declaration that stands beside plain text is ignored.
 */
function nextEncoding(head: Buffer, declared: Encoding | null): Encoding | null {
  if (isGzip(head)) return "gzip";
  if (beginsAsZstd(head)) return "zstd";
  const isPlain = head.length >= CLEAN_START_BYTES && beginsClean(head);
  if (declared !== null && head.length > 0 && !isPlain) return declared;
  // Text may begin like zlib data: `x^` is a zlib header.
  return beginsAsZlib(head) && !isText(head) ? "deflate" : null;
}

async function* count(pieces: AsyncIterable<Uint8Array>, wire: { bytes: number }) {
  for await (const piece of pieces) {
    wire.bytes += piece.length;
    yield piece;
  }
}

/** The same pieces; the reader that they are made from is closed at their end. */
async function* closing(reader: PieceReader, pieces: AsyncIterable<Buffer>) {
  try {
    yield* pieces;
  } finally {
    await reader.close();
  }
}
