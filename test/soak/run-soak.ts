import { setTimeout as wait } from "node:timers/promises";
import { workerStatus } from "../../src/http/observe/worker-status.ts";
import { messageMix } from "../bench/message-mix.ts";
import { processUsage } from "../bench/process-usage.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import type { Interval } from "./growth.ts";

const SAMPLE_MS = 200;
const STATES = 3;

export interface SoakOptions {
  readonly brokerUrl: string;
  /** Null for the embedded store. */
  readonly mongodbUrl: string | null;
  /** The minimum number of job messages. */
  readonly messages: number;
  /** The number of stretches, which have about the same length. */
  readonly intervals: number;
  readonly onInterval: (interval: Interval) => void;
}

export interface Soak {
  readonly intervals: readonly Interval[];
  /** How the job messages ended, and how they should have ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, number>>;
  readonly exitCode: number | null;
  readonly peak_rss_mib: number;
}

/**
 * Runs a worker for a long time. Messages of real shapes, in all states, some of them twice or invalid, arrive as fast as it
 * handles them. At most one stretch is published ahead, so that the queue neither runs empty nor grows.
 */
export async function runSoak(options: SoakOptions): Promise<Soak> {
  const { brokerUrl, mongodbUrl, messages, onInterval } = options;
  const story = await WorkerStory.on(brokerUrl);
  try {
    const worker = await story.start({
      LOG_LEVEL: "info",
      ...(mongodbUrl === null ? {} : { MONGODB_URL: mongodbUrl }),
    });
    const jobs = Math.ceil(messages / options.intervals / STATES);
    const expected = { stored: 0, unchanged: 0, rejected: 0, skipped: 0, failed: 0 };
    const intervals: Interval[] = [];
    let mark = markOf(worker, 0);
    const endInterval = async (until: number): Promise<void> => {
      const { interval, end } = await intervalUntil(worker, mark, until);
      mark = end;
      intervals.push(interval);
      onInterval(interval);
    };
    let published = 0;
    for (let stretch = 0; published < messages; stretch++) {
      const { bodies, jobMessages, outcomes } = messageMix(jobs, `soak${stretch}x`);
      for (const outcome of ["stored", "unchanged", "rejected"] as const)
        expected[outcome] += outcomes[outcome];
      await story.publish(...bodies);
      // All earlier messages must end now, while the worker continues with this stretch.
      if (stretch > 0) await endInterval(published);
      published += jobMessages;
    }
    await endInterval(published);
    const { peakRssMib } = processUsage(worker.pid);
    const outcomes = await outcomesOf(worker);
    const exitCode = await worker.stop();
    return { intervals, outcomes, expected, exitCode, peak_rss_mib: Math.round(peakRssMib) };
  } finally {
    await story.end();
  }
}

/** The beginning of an interval. */
interface Mark {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly messages: number;
}

function markOf(worker: WorkerProcess, messages: number): Mark {
  return { atMs: performance.now(), cpuSeconds: processUsage(worker.pid).cpuSeconds, messages };
}

/** Watches the worker until this many job messages have ended. */
async function intervalUntil(
  worker: WorkerProcess,
  begin: Mark,
  until: number,
): Promise<{ interval: Interval; end: Mark }> {
  let least = Number.POSITIVE_INFINITY;
  for (;;) {
    least = Math.min(least, processUsage(worker.pid).rssMib);
    const messages = Object.values(await outcomesOf(worker)).reduce((sum, jobs) => sum + jobs, 0);
    if (messages >= until) {
      const end = markOf(worker, messages);
      const jobs = messages - begin.messages;
      const interval = {
        messages,
        per_s: Math.round(jobs / ((end.atMs - begin.atMs) / 1000)),
        rss_mib: Math.round(least),
        cpu_s_per_10k: Number((((end.cpuSeconds - begin.cpuSeconds) / jobs) * 10_000).toFixed(2)),
      };
      return { interval, end };
    }
    await wait(SAMPLE_MS);
  }
}

async function outcomesOf(worker: WorkerProcess): Promise<Readonly<Record<string, number>>> {
  const { url } = await worker.untilEvent("http_listening");
  return workerStatus.parse(await (await fetch(`${url}/status`)).json()).jobs.outcomes;
}
