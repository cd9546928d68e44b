import { closeSync, openSync, writeSync } from "node:fs";
import { rename, utimes, writeFile } from "node:fs/promises";
import type * as z from "zod";
import { PRIVATE_FILE } from "../../disk/private-files.ts";
import { describeLogFault, type LogFault } from "../../domain/log-faults.ts";
import type { ThreadFailure } from "../../threads/thread-pool.ts";
import { LogFetchError, type LogFetchFailure, type LogSource } from "../fetch/log-source.ts";
import type { InflateLimits } from "../inflate/inflate-limits.ts";
import { readLogText } from "../inflate/read-log-text.ts";
import { type cachedMarks, marksPath } from "./cached-log.ts";
import { LineMarks } from "./line-marks.ts";

/** The limits for the text of one log. */
export type TextLimits = InflateLimits & { readonly lines: number };

/** One log to fetch, as plain data that can be sent to a thread. */
export interface FetchTask {
  readonly url: string;
  /** The path of the complete text, in the cache's folder. */
  readonly path: string;
  /** The path of the text until it is complete. The caller deletes a file that is left there. */
  readonly part: string;
  /** True if the log does not change any more. */
  readonly isFinal: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly limits: TextLimits;
}

/** The reason why the text of a log cannot be shown. */
export interface TextFailure {
  readonly reason: LogFetchFailure["kind"] | LogFault["reason"] | ThreadFailure["kind"] | "disk";
  /** Text for people, without secrets. */
  readonly detail: string;
}

/**
 * Fetches a log into the cache: its text, and the marks that say where its lines begin.
 *
 * @param onBytes - called from time to time with the length of the text so far, in bytes.
 * @returns null if the text is in the cache now; otherwise the reason why it is not.
 */
export type FetchText = (
  task: FetchTask,
  stop: AbortSignal,
  onBytes: (bytes: number) => void,
) => Promise<TextFailure | null>;

/** Progress is reported each time this many bytes of text have been fetched. */
const REPORT_EVERY_BYTES = 1024 * 1024;

/** Implements {@link FetchText} in the calling thread. */
export async function fetchIntoCache(
  { url, path, part, isFinal, nowMs, limits }: FetchTask,
  source: LogSource,
  stop: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TextFailure | null> {
  const marks = new LineMarks(limits.lines);
  let reportedBytes = 0;
  try {
    let fault: LogFault | null = null;
    const log = await source.open(url, stop);
    // Each piece is written as it arrives. It has some kilobytes, which the system buffers in memory, so the call hardly blocks.
    const descriptor = openSync(part, "wx", PRIVATE_FILE);
    try {
      fault = await readLogText(log, limits, (piece) => {
        writeWhole(descriptor, piece);
        const goesOn = marks.add(piece);
        if (marks.bytes >= reportedBytes + REPORT_EVERY_BYTES) {
          reportedBytes = marks.bytes;
          onBytes(reportedBytes);
        }
        return goesOn;
      });
    } finally {
      closeSync(descriptor);
    }
    if (fault === null && !marks.isWithinLimit) fault = { reason: "too-many-lines", limit: limits.lines };
    if (fault !== null) return { reason: fault.reason, detail: describeLogFault(fault) };
    const { bytes, lines } = marks;
    const kept: z.infer<typeof cachedMarks> = {
      ...{ bytes, lines, is_final: isFinal },
      marks: { lines: [...marks.marks.lines], offsets: [...marks.marks.offsets] },
    };
    await writeFile(marksPath(path), JSON.stringify(kept), { mode: PRIVATE_FILE });
    // The times of the file record when it was fetched and when it was used.
    await utimes(part, new Date(nowMs), new Date(nowMs));
    await rename(part, path);
    return null;
  } catch (error) {
    if (error instanceof LogFetchError) {
      const { kind, detail } = error.failure;
      return { reason: kind, detail: `the log could not be fetched: ${detail}` };
    }
    const failure = diskFailure(error);
    if (failure === null) throw error;
    return failure;
  }
}

/** Returns the failure that a reader sees after an error of the file system; null for any other error. */
export function diskFailure(error: unknown): TextFailure | null {
  if (typeof error !== "object" || error === null || !("errno" in error) || !("code" in error)) return null;
  const why = error.code === "ENOSPC" || error.code === "EDQUOT" ? "the disk is full" : String(error.code);
  // The error's own message is not shown, because it contains a path.
  return { reason: "disk", detail: `the text cannot be kept on this machine: ${why}` };
}

function writeWhole(descriptor: number, piece: Buffer): void {
  for (let at = 0; at < piece.length; ) at += writeSync(descriptor, piece, at);
}
