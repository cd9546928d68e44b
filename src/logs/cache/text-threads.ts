import { openThreadPool, ThreadFailure } from "../../threads/thread-pool.ts";
import { defaultFetchLimits } from "../fetch/fetch-limits.ts";
import type { FetchSettings } from "../fetch/fetch-settings.ts";
import type { FetchTask, FetchText, TextFailure } from "./fetch-into-cache.ts";
import type { FoundErrors } from "./find-errors.ts";
import type { FindQuestion, Found } from "./text-finder.ts";
import { bytesReport, errorsReply, type FindTask, fetchReply, findReply } from "./text-thread-messages.ts";

/** Looks for a text in a log of the cache; null if the log is no longer there. */
export type FindText = (path: string, question: FindQuestion, stop: AbortSignal) => Promise<Found | null>;

/** Looks for the error lines of a log of the cache; null if the log is no longer there. */
export type FindErrors = (path: string, stop: AbortSignal) => Promise<FoundErrors | null>;

/** Does the work on texts that takes long. */
export interface TextWork {
  readonly fetchText: FetchText;
  readonly findText: FindText;
  readonly findErrors: FindErrors;
  close(): Promise<void>;
}

/** The folder of the compiled code of the threads, if it is not this file's own. */
interface Compiled {
  readonly entries?: URL;
}

/** The most logs that are fetched for readers at once, and the most that are searched. */
export const TEXTS_AT_ONCE = 4;
/** A fetch has a time limit of its own. This is the time for writing what has arrived by then. */
const ROOM_MS = 30_000;
const STALL_MS = 30_000;
/** Searching the longest log that may be kept takes some seconds. */
const LONGEST_FIND_MS = 60_000;
const HEAP_MIB = 64;

/** Opens threads, of low priority, that fetch texts into the cache, and others that search them. They start when needed. */
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
