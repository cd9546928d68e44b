import { isBrotliText, isText, SAMPLE_BYTES } from "./is-text.ts";
import { binaryFormat, HEAD_BYTES } from "./log-formats.ts";
import type { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

/**
 * Yields the text of a decompressed log. Text with a byte order mark is converted to UTF-8; other text is unchanged.
 *
 * @throws UnreadableLog for data that is not text.
 */
export async function* logText(reader: PieceReader): AsyncGenerator<Buffer, void, undefined> {
  const head = await reader.peek(HEAD_BYTES);
  const format = binaryFormat(head);
  if (format !== null) {
    const { name, isCompression } = format;
    throw new UnreadableLog(
      isCompression ? { reason: "foreign-compression", format: name } : { reason: "not-text", format: name },
    );
  }
  const mark = byteOrderMarks.find(({ bytes }) => head.indexOf(bytes) === 0);
  if (mark !== undefined) {
    await reader.skip(mark.bytes.length);
    yield* mark.encoding === "utf-8" ? reader.rest() : decode(reader, mark.encoding);
    return;
  }
  if (isUnmarkedUtf16(head)) throw new UnreadableLog({ reason: "not-text", format: "unmarked UTF-16" });
  if (isBrotliText(head)) {
    throw new UnreadableLog({ reason: "foreign-compression", format: "brotli" });
  }
  yield* checkedText(reader);
}

const byteOrderMarks = [
  { bytes: Buffer.from("\xef\xbb\xbf", "latin1"), encoding: "utf-8" },
  { bytes: Buffer.from("\xff\xfe", "latin1"), encoding: "utf-16le" },
  { bytes: Buffer.from("\xfe\xff", "latin1"), encoding: "utf-16be" },
] as const;

async function* decode(reader: PieceReader, encoding: string): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of reader.rest()) yield Buffer.from(decoder.decode(piece, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** Returns whether every other byte is NUL, as in ASCII text in UTF-16. A sparse log has whole runs of NULs instead. */
function isUnmarkedUtf16(head: Buffer): boolean {
  const nuls = [0, 0];
  for (const [at, byte] of head.entries()) if (byte === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [most = 0, least = 0] = nuls.toSorted((a, b) => b - a);
  return most >= 4 && most >= 0.4 * head.length && least <= 0.05 * head.length;
}

/** Yields the remaining pieces, and throws if their first {@link SAMPLE_BYTES} bytes other than NUL are not text. */
async function* checkedText(reader: PieceReader): AsyncGenerator<Buffer, void, undefined> {
  const sample = Buffer.alloc(SAMPLE_BYTES);
  let filled = 0;
  const check = (): void => {
    if (!isText(sample.subarray(0, filled))) throw new UnreadableLog({ reason: "not-text", format: null });
  };
  for await (const piece of reader.rest()) {
    if (filled < SAMPLE_BYTES) {
      for (let at = 0; at < piece.length && filled < SAMPLE_BYTES; at++) {
        const byte = piece[at] ?? 0;
        if (byte !== 0) sample[filled++] = byte;
      }
      if (filled === SAMPLE_BYTES) check();
    }
    yield piece;
  }
  if (filled < SAMPLE_BYTES) check();
}
