import { openThreadPool, ThreadFailure } from "../../threads/thread-pool.ts";
import { defaultFetchLimits } from "../fetch/fetch-limits.ts";
import type { FetchSettings } from "../fetch/fetch-settings.ts";
import type { FetchTask, FetchText, TextFailure } from "./fetch-into-cache.ts";
import type { FoundErrors } from "./find-errors.ts";
import type { FindQuestion, Found } from "./text-finder.ts";
import { bytesReport, errorsReply, type FindTask, fetchReply, findReply } from "./text-thread-messages.ts";

/** Searches a log in the cache for a text. Returns null if the log is no longer in the cache. */
export type FindText = (path: string, question: FindQuestion, stop: AbortSignal) => Promise<Found | null>;

/** Finds the error lines of a log in the cache. Returns null if the log is no longer in the cache. */
export type FindErrors = (path: string, stop: AbortSignal) => Promise<FoundErrors | null>;

/** The slow work on the texts of logs. */
export interface TextWork {
  readonly fetchText: FetchText;
  readonly findText: FindText;
  readonly findErrors: FindErrors;
  close(): Promise<void>;
}

interface Compiled {
  /** The folder of the compiled code of the threads. Default: the folder of this file. */
  readonly entries?: URL;
}

/** The most logs that are fetched for readers at a time, and the most that are searched at a time. */
export const TEXTS_AT_ONCE = 4;
/** The time for writing the last bytes after the time limit of the fetch itself. */
const ROOM_MS = 30_000;
const STALL_MS = 30_000;
/** Searching the longest log that may be kept takes some seconds. */
const LONGEST_FIND_MS = 60_000;
const HEAP_MIB = 64;

/** Opens threads that fetch texts into the cache, and others that search them. They have a low priority, and start when needed. */
export function openTextThreads(fetch: FetchSettings, { entries }: Compiled = {}): TextWork {
  const base = entries ?? new URL(".", import.meta.url);
  const common = { threads: TEXTS_AT_ONCE, stallMs: STALL_MS, heapMib: HEAP_MIB };
  const fetching = openThreadPool<FetchTask, TextFailure | null>({
    ...common,
    entry: new URL("fetch-thread-entry.js", base),
    workerData: fetch,
    reply: fetchReply,
    totalMs: (fetch.limits?.totalMs ?? defaultFetchLimits.totalMs) + ROOM_MS,
  });
  const finding = openThreadPool<FindTask, Found | null>({
    ...common,
    entry: new URL("find-thread-entry.js", base),
    workerData: null,
    reply: findReply,
    totalMs: LONGEST_FIND_MS,
  });
  const findingErrors = openThreadPool<string, FoundErrors | null>({
    ...common,
    entry: new URL("errors-thread-entry.js", base),
    workerData: null,
    reply: errorsReply,
    totalMs: LONGEST_FIND_MS,
  });
  return {
    async fetchText(task, stop, onBytes) {
      try {
        return await fetching.run(task, stop, (report) => onBytes(bytesReport.parse(report)));
      } catch (error) {
        if (!(error instanceof ThreadFailure)) throw error;
        return { reason: error.kind, detail: error.message };
      }
    },
    findText: (path, question, stop) => finding.run({ path, question }, stop),
    findErrors: (path, stop) => findingErrors.run(path, stop),
    async close() {
      await Promise.all([fetching.close(), finding.close(), findingErrors.close()]);
    },
  };
}
