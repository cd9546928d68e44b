import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Marks } from "./line-marks.ts";

/** The content of the JSON file beside the text of a log. */
export const cachedMarks = z.object({
  bytes: z.number(),
  /** The number of lines in the text. */
  lines: z.number(),
  /** False if the log could still grow when it was fetched. */
  is_final: z.boolean(),
  /** The offsets of some lines; see `Marks`. */
  marks: z.object({ lines: z.array(z.number()), offsets: z.array(z.number()) }),
});

/** A text in the cache, open for reading. The caller closes it. */
export interface CachedLog {
  readonly path: string;
  readonly file: FileHandle;
  readonly marks: Marks;
  readonly bytes: number;
  readonly lines: number;
  readonly isFinal: boolean;
  readonly fetchedAtMs: number;
}

export const TEXT_END = ".txt";
export const MARKS_END = ".json";
export const PART_END = ".part";

/** Returns the path of a log's text. */
export function textPath(folder: string, url: string): string {
  return join(folder, createHash("sha256").update(url).digest("hex").slice(0, 32) + TEXT_END);
}

export function marksPath(text: string): string {
  return text.slice(0, -TEXT_END.length) + MARKS_END;
}

/**
 * Records that a text was used now, so that other texts are deleted before it. The access time of its file is the time of the last
 * use, and the modification time is that of the fetch.
 */
export async function noteUse(path: string, nowMs: number, fetchedAtMs: number): Promise<void> {
  // Errors are ignored, because the reader must get an answer even if another worker has just deleted the text.
  await utimes(path, new Date(nowMs), new Date(fetchedAtMs)).catch(() => undefined);
}

/** Opens a log in the cache, and records its use. Returns null if the log is not in the cache. */
export async function openCached(path: string, nowMs: number): Promise<CachedLog | null> {
  let file: FileHandle | null = null;
  try {
    const kept = cachedMarks.parse(JSON.parse(await readFile(marksPath(path), "utf8")));
    const { bytes, lines, is_final: isFinal, marks } = kept;
    file = await open(path);
    const { size, mtimeMs, mtime } = await file.stat();
    // Another worker may just have replaced one of the two files.
    if (size !== bytes) throw new Error("the text has another length than its marks say");
    await utimes(path, new Date(nowMs), mtime);
    return { path, file, marks, bytes, lines, isFinal, fetchedAtMs: Math.round(mtimeMs) };
  } catch {
    // After any error, the log is fetched again.
    await file?.close();
    return null;
  }
}
