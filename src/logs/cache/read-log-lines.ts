import type { FileHandle } from "node:fs/promises";
import { dropSplitCharacter } from "../inflate/log-text.ts";
import { type Marks, markBefore } from "./line-marks.ts";
import type { LogLine } from "./log-slices.ts";

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/** The limits of one slice. */
export interface SliceLimits {
  readonly lines: number;
  /** The length of all lines together, after each has been cut. */
  readonly bytes: number;
  /** Longer lines are cut. If Infinity, no line is cut. */
  readonly lineBytes: number;
}

/** A line of a slice, with its full length, which shows whether the line was cut. */
export interface SliceLine extends LogLine {
  /** The length of the whole line, including its line feed. */
  readonly bytes: number;
}

/**
 * Reads lines of a text file.
 *
 * @param marks - where some lines of the file begin.
 * @returns the lines that exist from index `from` up to, but not including, index `to`; null if the slice is too long.
 */
export async function readLogLines(
  file: FileHandle,
  marks: Marks,
  { from, to }: { readonly from: number; readonly to: number },
  limits: SliceLimits,
): Promise<SliceLine[] | null> {
  const mark = markBefore(marks, from);
  const slice = new Slice(marks.lines[mark] ?? 0, from, limits.lineBytes);
  let position = marks.offsets[mark] ?? 0;
  while (slice.line < to) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    slice.add(buffer.subarray(0, bytesRead), to);
    position += bytesRead;
    const next = markBefore(marks, slice.line + 1);
    // The rest of a long line is not read if the next line has a mark.
    if (slice.isPast && marks.lines[next] === slice.line + 1) {
      slice.skip((marks.offsets[next] ?? 0) - position);
      position = marks.offsets[next] ?? 0;
    }
    if (slice.lines.length > limits.lines || slice.bytes > limits.bytes) return null;
  }
  // The last line may have no line feed.
  if (slice.line < to) slice.end();
  return slice.lines;
}

/** Splits the bytes of a file into lines, and keeps the lines of a slice. */
class Slice {
  readonly lines: SliceLine[] = [];
  /** The number of bytes that are kept, of all lines together. */
  bytes = 0;
  /** The index of the line that is being read. */
  line: number;
  readonly #from: number;
  readonly #lineBytes: number;
  /** The pieces of the line that is being read, if it belongs to the slice. */
  #pieces: Buffer[] = [];
  #kept = 0;
  #length = 0;

  constructor(line: number, from: number, lineBytes: number) {
    this.line = line;
    this.#from = from;
    this.#lineBytes = lineBytes;
  }

  /** Whether more bytes of the current line have been read than can be kept. */
  get isPast(): boolean {
    return this.#length > this.#lineBytes;
  }

  /** Reads the lines of a chunk up to, but not including, line `to`. */
  add(chunk: Buffer, to: number): void {
    for (let at = 0; at < chunk.length && this.line < to; ) {
      const feed = chunk.indexOf(LINE_FEED, at);
      const end = feed < 0 ? chunk.length : feed + 1;
      if (this.line >= this.#from) this.#keep(chunk.subarray(at, Math.min(end, at + this.#room)));
      this.#length += end - at;
      if (feed >= 0) this.#endLine();
      at = end;
    }
  }

  /** Ends the current line without reading its rest, which has this many bytes. */
  skip(bytes: number): void {
    this.#length += bytes;
    this.#endLine();
  }

  /** Ends the last line if it has no line feed. */
  end(): void {
    if (this.#length > 0) this.#endLine();
  }

  get #room(): number {
    return this.#lineBytes - this.#kept;
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#kept += piece.length;
    this.bytes += piece.length;
  }

  #endLine(): void {
    if (this.line >= this.#from) {
      const bytes = Buffer.concat(this.#pieces);
      const isCut = this.#kept < this.#length;
      const whole = isCut ? Buffer.from(dropSplitCharacter(bytes.toString("latin1")), "latin1") : bytes;
      this.lines.push({ text: whole.toString("utf8"), index: this.line, bytes: this.#length });
    }
    this.#pieces = [];
    this.#kept = 0;
    this.#length = 0;
    this.line++;
  }
}
