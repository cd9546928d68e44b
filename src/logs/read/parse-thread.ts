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
  /** A thread whose event loop is blocked for this long is ended. Default: 30 s. */
  readonly stallMs?: number;
  /** The heap limit of each thread. Default: as much as the log limits require, which is 64 MiB with the default limits. */
  readonly heapMib?: number;
  /** The compiled code of the threads. Default: the file beside this one in `dist`. */
  readonly entry?: URL;
}

export interface ParseThreads {
  readonly readLog: ReadLog;
  /** The longest time that `readLog` can take. A lease must be longer. */
  readonly longestMs: number;
  close(): Promise<void>;
}

// A fetch has its own time limit. This is the time to parse what has arrived by then. A thread that is blocked ends earlier.
const parseRoomMs = 30_000;

const MIB = 1024 * 1024;

/**
 * Returns how much heap parsing can need, in MiB. Each artifact is in memory once or twice, and a line of performance data
 * takes about twenty times its length. This was measured with lines of empty arrays, and with lines of objects that all differ in
 * shape.
 */
function neededMib({ artifactBytes, lineBytes }: LogLimits): number {
  return Math.max(64, Math.ceil(16 + (3 * artifactBytes + 24 * lineBytes) / MIB));
}

/** Opens a bounded number of threads that fetch and parse whole logs. Each reads one log at a time. */
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
