import type { FileHandle } from "node:fs/promises";
import { LINES_PER_MARK } from "./line-marks.ts";
import type { LogLine } from "./log-slices.ts";

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 64 * 1024;
/** How long one slice may be. */
const MAX_LINES = 20_000;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads lines of a text file.
 *
 * @param marks - the byte offset of every thousandth line.
 * @returns the lines that there are; null if the slice is too long.
 */
export async function readLogLines(
  file: FileHandle,
  marks: readonly number[],
  from: number,
  to: number,
): Promise<LogLine[] | null> {
  const mark = Math.floor(from / LINES_PER_MARK);
  let position = marks[mark];
  if (position === undefined) return [];
  let index = mark * LINES_PER_MARK;
  const lines: LogLine[] = [];
  /** The pieces of the line that is being read, if it belongs to the slice. */
  let pieces: Buffer[] = [];
  let bytes = 0;
  const endLine = (): void => {
    if (index >= from) lines.push({ text: Buffer.concat(pieces).toString("utf8"), index });
    pieces = [];
    index++;
  };
  while (index < to) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    for (let at = 0; at < bytesRead && index < to; ) {
      const feed = buffer.subarray(0, bytesRead).indexOf(LINE_FEED, at);
      const end = feed < 0 ? bytesRead : feed + 1;
      if (index >= from) {
        pieces.push(buffer.subarray(at, end));
        bytes += end - at;
      }
      if (feed >= 0) endLine();
      at = end;
    }
    if (lines.length > MAX_LINES || bytes > MAX_BYTES) return null;
  }
  // The last line may have no line feed.
  if (pieces.length > 0 && index < to) endLine();
  return lines;
}
