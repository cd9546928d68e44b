import { openThreadPool } from "../../threads/thread-pool.ts";
import { defaultFetchLimits, type FetchLimits } from "../fetch/fetch-limits.ts";
import type { HttpLogSourceOptions } from "../fetch/http-log-source.ts";
import { defaultLogLimits, type LogLimits } from "../parse/log-parser.ts";
import type { ReadLog } from "./log-reading.ts";
import { connectQuestion, logReading, type ParseTask, type ThreadSettings } from "./parse-thread-messages.ts";

export interface ParseThreadsOptions extends Omit<HttpLogSourceOptions, "mayConnect" | "admit" | "limits"> {
  readonly threads: number;
  readonly fetchLimits?: Partial<FetchLimits>;
  readonly logLimits?: Partial<LogLimits>;
  /** A thread that parses for so long without coming back to its loop is ended; the default is 30 s. */
  readonly stallMs?: number;
  /** Of a thread's own heap; the default is what the limits of a log may need: 64 MiB, unless these are raised. */
  readonly heapMib?: number;
  /** The compiled code of the threads; the default lies beside this file in `dist`. */
  readonly entry?: URL;
}

export interface ParseThreads {
  readonly readLog: ReadLog;
  /** Longest that `readLog` can take: a lease must be longer. */
  readonly longestMs: number;
  close(): Promise<void>;
}

// A fetch ends by its own limit; what has arrived by then is parsed in no time, or the thread is ended as stalled.
const parseRoomMs = 30_000;

const MIB = 1024 * 1024;

/**
 * What parsing takes at most, in MiB: each artifact is held once or twice, and a line of performance data is some
 * twenty times as long while it is parsed. Measured with lines of empty arrays, and of objects of ever new shapes.
 */
function neededMib({ artifactBytes, lineBytes }: LogLimits): number {
  return Math.max(64, Math.ceil(16 + (3 * artifactBytes + 24 * lineBytes) / MIB));
}

/** Opens a bounded number of threads that fetch and parse whole logs, one at a time each. */
export function openParseThreads(options: ParseThreadsOptions): ParseThreads {
  const { threads, fetchLimits, logLimits, stallMs = 30_000, heapMib, entry, ...fetch } = options;
  const limits = { ...defaultFetchLimits, ...fetchLimits };
  const longestMs = limits.totalMs + parseRoomMs;
  const settings: ThreadSettings = {
    fetch: { ...fetch, limits },
    limits: { ...defaultLogLimits, ...logLimits },
  };
  const pool = openThreadPool<ParseTask, ReturnType<typeof logReading.parse>>({
    entry: entry ?? new URL("./parse-thread-entry.js", import.meta.url),
    threads,
    workerData: settings,
    reply: logReading,
    stallMs,
    totalMs: longestMs,
    heapMib: heapMib ?? neededMib(settings.limits),
  });
  return {
    readLog(url, stop, admit) {
      return pool.run({ url }, stop, (question) => {
        const { addresses, port } = connectQuestion.parse(question);
        return admit(addresses, port);
      });
    },
    longestMs,
    close: () => pool.close(),
  };
}
