import type { BugzillaOptions } from "../bugs/cache/bugzilla.ts";
import { readCachedBugs } from "../bugs/cache/cached-bugs.ts";
import { startBugSync } from "../bugs/cache/sync-bugs.ts";
import { openBugThread } from "../bugs/thread/bug-thread.ts";
import type { Log } from "../log.ts";
import { defaultLogLimits } from "../logs/parse/log-parser.ts";
import { openParseThreads, type ParseThreadsOptions } from "../logs/read/parse-thread.ts";
import { countWorkEnd } from "../logs/work/count-work-end.ts";
import { startLogWorker } from "../logs/work/log-worker.ts";
import type { RetryLimits } from "../logs/work/retry-delay.ts";
import type { Counters } from "../metrics/counters.ts";
import type { BugCache } from "../store/ports/bug-cache.ts";
import type { WorkStore } from "../store/ports/work-store.ts";
import { withDeadline } from "../timing/deadline.ts";
import { pause } from "../timing/pause.ts";

export interface ArtifactsOptions {
  readonly store: WorkStore & BugCache;
  /** The number of threads, and the limits for each log. With 0 threads no logs are read, but suggestions are still made. */
  readonly logs: ParseThreadsOptions;
  readonly logsPerHost: number;
  /** The duration of the lease on a work item. It must be longer than reading a log may take. */
  readonly leaseMs: number;
  readonly retry: RetryLimits;
  /** Where and how often bugs are synced; null if they are not. */
  readonly sync: (BugzillaOptions & { readonly everyMs: number }) | null;
  /** How often to check whether the bugs in the cache were replaced, in milliseconds; the default is a minute. */
  readonly bugsCheckMs?: number;
  /** The compiled code of the bug thread; the default is the one in `dist`. */
  readonly bugThreadEntry?: URL;
  readonly counters: Counters;
  readonly log: Log;
}

/** The part of a worker that makes artifacts. */
export interface Artifacts {
  /** Looks for work. Call it when a batch has been stored. */
  nudge(): void;
  /** Releases the work items in progress, and ends all threads. Call it before the store is closed. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 3000;

/** Starts and connects the worker for logs and summaries, the threads that read logs, and the thread that holds the bugs. */
export function startArtifacts(options: ArtifactsOptions): Artifacts {
  const { store, counters, log } = options;
  const threads = openParseThreads(options.logs);
  /** The version of the bugs that the thread holds; undefined until the first request for suggestions. */
  let heldVersion: string | null | undefined;
  const bugThread = openBugThread({
    readBugs: () =>
      readCachedBugs(store, (version) => {
        heldVersion = version;
      }),
    artifactBytes: options.logs.logLimits?.artifactBytes ?? defaultLogLimits.artifactBytes,
    ...(options.bugThreadEntry === undefined ? {} : { entry: options.bugThreadEntry }),
  });
  let firstReading: Promise<void> | null = null;
  const forgetReading = (): void => {
    firstReading = null;
  };
  async function refresh(): Promise<void> {
    const { bugs, bytes } = await bugThread.refresh();
    counters.bugs.set(bugs);
    counters.bugsBytes.set(bytes);
    log.info("bugs_read", { bugs, bytes });
  }
  const stopRefreshing = keepFresh(options, refresh, () => heldVersion);
  const stopSyncing =
    options.sync === null
      ? null
      : startBugSync({ cache: store, bugzilla: options.sync, everyMs: options.sync.everyMs, counters, log });
  const { allowHosts = [] } = options.logs;
  const worker = startLogWorker({
    store,
    readLog: threads.readLog,
    async suggestBugs(summaryBlob) {
      if (heldVersion === undefined) {
        // Requests that arrive before the bugs are loaded share one load.
        firstReading ??= refresh().finally(forgetReading);
        await firstReading;
      }
      return bugThread.suggest(summaryBlob);
    },
    logsAtOnce: options.logs.threads,
    logsPerHost: options.logsPerHost,
    leaseMs: options.leaseMs,
    retry: options.retry,
    onEnd: (end) => countWorkEnd(counters, allowHosts, end),
    log,
  });
  return {
    nudge: () => worker.nudge(),
    async stop() {
      const stopped = worker.stop();
      // Work that ends within this time is stored. Work that takes longer is aborted and released.
      await withDeadline(stopped, STOP_GRACE_MS, () => undefined);
      await Promise.all([threads.close(), bugThread.close()]);
      await Promise.all([stopped, stopSyncing?.(), stopRefreshing()]);
    },
  };
}

/** Reloads the bugs whenever they have been replaced, unless the thread has not loaded any yet. */
function keepFresh(
  { store, log, bugsCheckMs = 60_000 }: ArtifactsOptions,
  refresh: () => Promise<void>,
  heldVersion: () => string | null | undefined,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isReported = false;

  async function check(): Promise<void> {
    const held = heldVersion();
    if (held === undefined) return;
    try {
      if ((await store.bugsVersion()) !== held) await refresh();
      isReported = false;
    } catch (error) {
      // The old bugs remain in use. The failure is logged once.
      if (!isReported && !signal.aborted) log.warn("bugs_not_refreshed", { error });
      isReported = true;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await pause(bugsCheckMs, signal);
      if (!signal.aborted) await check();
    }
  }

  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
