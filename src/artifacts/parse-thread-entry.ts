import { workerData } from "node:worker_threads";
import { openHttpLogSource } from "./http-log-source.ts";
import { logArtifacts } from "./log-artifacts.ts";
import { describeLogFault } from "./log-faults.ts";
import type { LogReading, ReadingFailure } from "./log-reading.ts";
import { LogFetchError, type LogSource } from "./log-source.ts";
import { parseLog } from "./parse-log.ts";
import { parseTask, threadSettings } from "./parse-thread-messages.ts";
import { serveThread } from "./serve-thread.ts";

// The code of a worker thread: it fetches, inflates and parses whole logs, so that nothing of that is done on the
// main loop. Started by `parse-thread.ts`.
const { fetch, limits } = threadSettings.parse(workerData);
const source = openHttpLogSource(fetch);

serveThread(async (task) => {
  const { url } = parseTask.parse(task);
  return readLog(source, url);
});

async function readLog(source: LogSource, url: string): Promise<LogReading> {
  const from = performance.now();
  const wire = { bytes: 0, waitMs: 0 };
  try {
    const result = await parseLog(measure(await source.open(url), wire, from), limits);
    if (!result.ok) return refuse(result.fault.reason, describeLogFault(result.fault), true);
    const artifacts = logArtifacts(result.summary, url);
    return { ok: true, artifacts, figures: { ...wire, totalMs: performance.now() - from } };
  } catch (error) {
    if (!(error instanceof LogFetchError)) throw error;
    const { kind, detail, final } = error.failure;
    return refuse(kind, detail, final);
  }
}

function refuse(kind: ReadingFailure["kind"], detail: string, final: boolean): LogReading {
  return { ok: false, failure: { kind, detail, final } };
}

/** The same pieces, counted; time between asking for a piece and getting it is the log host's. */
async function* measure(
  pieces: AsyncIterable<Uint8Array>,
  wire: { bytes: number; waitMs: number },
  from: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let asked = from;
  for await (const piece of pieces) {
    wire.waitMs += performance.now() - asked;
    wire.bytes += piece.length;
    yield piece;
    asked = performance.now();
  }
}
