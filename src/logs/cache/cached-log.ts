import { createHash, randomUUID } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { PRIVATE_FILE } from "../../disk/private-files.ts";
import { describeLogFault, type LogFault } from "../../domain/log-faults.ts";
import type { LogSource } from "../fetch/log-source.ts";
import type { InflateLimits } from "../inflate/inflate-limits.ts";
import { readLogText } from "../inflate/read-log-text.ts";
import { LineMarks } from "./line-marks.ts";

/** What is kept beside the text of a log. */
const cachedMarks = z.object({
  bytes: z.number(),
  /** False if the log might still grow when it was fetched. */
  is_final: z.boolean(),
  marks: z.array(z.number()),
});

/** A text in the cache, open for reading. The caller closes it. */
export interface CachedLog {
  readonly file: FileHandle;
  readonly marks: readonly number[];
  readonly isFinal: boolean;
  readonly fetchedAtMs: number;
}

export const TEXT_END = ".txt";
const MARKS_END = ".json";
export const PART_END = ".part";

/** Returns the path of a log's text. */
export function textPath(folder: string, url: string): string {
  return join(folder, createHash("sha256").update(url).digest("hex").slice(0, 32) + TEXT_END);
}

export function marksPath(text: string): string {
  return text.slice(0, -TEXT_END.length) + MARKS_END;
}

/** Opens a log that is in the cache, and notes that it was used; null if it is not there. */
export async function openCached(path: string, nowMs: number): Promise<CachedLog | null> {
  let file: FileHandle | null = null;
  try {
    const { bytes, is_final, marks } = cachedMarks.parse(JSON.parse(await readFile(marksPath(path), "utf8")));
    file = await open(path);
    const { size, mtimeMs, mtime } = await file.stat();
    // Another worker may just have replaced one of the two files.
    if (size !== bytes) throw new Error("the text has another length than its marks say");
    await utimes(path, new Date(nowMs), mtime);
    return { file, marks, isFinal: is_final, fetchedAtMs: mtimeMs };
  } catch {
    // Whatever is wrong with it, the log is fetched again.
    await file?.close();
    return null;
  }
}

/**
 * Fetches a log into the cache.
 *
 * @returns why the log cannot be read; null if it could.
 * @throws LogFetchError if it cannot be fetched.
 */
export async function fetchIntoCache(
  path: string,
  source: LogSource,
  url: string,
  limits: InflateLimits & { readonly lines: number },
  { isFinal, nowMs, stop }: { readonly isFinal: boolean; readonly nowMs: number; readonly stop: AbortSignal },
): Promise<string | null> {
  const part = `${path.slice(0, -TEXT_END.length)}.${randomUUID()}${PART_END}`;
  const marks = new LineMarks(limits.lines);
  try {
    let fault: LogFault | null = null;
    const log = await source.open(url, stop);
    // Written piece by piece as it arrives: a piece has some kilobytes, and goes into the system's memory.
    const descriptor = openSync(part, "wx", PRIVATE_FILE);
    try {
      fault = await readLogText(log, limits, (piece) => {
        writeWhole(descriptor, piece);
        return marks.add(piece);
      });
    } finally {
      closeSync(descriptor);
    }
    if (fault !== null) return describeLogFault(fault);
    const { bytes, marks: offsets, isWithinLimit } = marks;
    if (!isWithinLimit) return describeLogFault({ reason: "too-many-lines", limit: limits.lines });
    const kept: z.infer<typeof cachedMarks> = { bytes, is_final: isFinal, marks: [...offsets] };
    await writeFile(marksPath(path), JSON.stringify(kept), { mode: PRIVATE_FILE });
    // The times of the file say when it was fetched and when it was used.
    await utimes(part, new Date(nowMs), new Date(nowMs));
    await rename(part, path);
    return null;
  } finally {
    await rm(part, { force: true });
  }
}

function writeWhole(descriptor: number, piece: Buffer): void {
  for (let at = 0; at < piece.length; ) at += writeSync(descriptor, piece, at);
}
