import { BugIndexBuilder } from "../src/bugs/lookup/bug-index.ts";
import { SuggestionsWriter, suggestBugs } from "../src/bugs/lookup/suggest-bugs.ts";
import { errorLinesOf } from "../src/bugs/lookup/summary-errors.ts";
import type { Bug } from "../src/domain/bug.ts";
import { LogFetchError } from "../src/logs/fetch/log-source.ts";
import { defaultLogLimits } from "../src/logs/parse/log-parser.ts";
import { readLog } from "../src/logs/read/read-log.ts";
import { startLogWorker } from "../src/logs/work/log-worker.ts";
import type { WorkStore } from "../src/store/ports/work-store.ts";
import { pause } from "../src/timing/pause.ts";

const LOOK_MS = 50;

/** Options for reading the waiting logs of a demo. */
export interface DemoReading {
  readonly bugs: readonly Bug[];
  /** Returns the text of the log at a URL; null if there is no such log. */
  readonly textAt: (url: string) => string | null;
  /** The present time of the demo, in milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/**
 * Reads all waiting logs, and generates bug suggestions, with the worker's own functions. It uses neither threads nor the
 * network, so that a demo needs no compiled program and no log host.
 */
export async function readDemoLogs(store: WorkStore, { bugs, textAt, nowMs }: DemoReading): Promise<void> {
  const builder = new BugIndexBuilder();
  builder.add(bugs);
  const lookup = builder.build();
  const worker = startLogWorker({
    store,
    readLog: (url) =>
      readLog(
        async () => {
          const text = textAt(url);
          if (text === null)
            throw new LogFetchError("http-status", `HTTP 404 from ${new URL(url).host}`, true);
          return { contentEncoding: "", bytes: pieceOf(text) };
        },
        url,
        defaultLogLimits,
      ),
    async suggestBugs(summaryBlob) {
      const writer = new SuggestionsWriter(defaultLogLimits.artifactBytes);
      for (const suggestion of suggestBugs(errorLinesOf(summaryBlob), lookup, nowMs)) writer.add(suggestion);
      return writer.end();
    },
    ...{ logsAtOnce: 4, logsPerHost: 4, leaseMs: 600_000, retry: { maxAttempts: 1 } },
    onEnd: () => undefined,
    log: { error: console.error, warn: console.error, info: () => undefined, debug: () => undefined },
  });
  try {
    for (;;) {
      worker.nudge();
      const { logs, suggestions } = await store.countWork();
      if (logs.pending + suggestions.pending === 0) return;
      await pause(LOOK_MS);
    }
  } finally {
    await worker.stop();
  }
}

async function* pieceOf(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
}
