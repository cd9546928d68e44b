/** Measures how fast the worker drains a queue that was filled before. */
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { type MessageMix, messageMix } from "./message-mix.ts";
import { median, rounded } from "./part.ts";
import { processUsage } from "./process-usage.ts";
import { broker } from "./servers.ts";

export const PREFETCH = 400;
/** Each figure is the median of this many drains. */
export const RUNS = 3;
const JOBS = 20_000;

/** The store that the worker uses: SQLite in a folder, or a database. */
export interface Target {
  /** Null for a new, empty one. */
  readonly dataDir: string | null;
  readonly mongodbUrl: string | null;
  /** Settings of the worker beside the usual ones. */
  readonly env?: NodeJS.ProcessEnv;
  /** Does something else with the worker during the drain. Returns how to end that. */
  readonly beside?: (worker: WorkerProcess) => Promise<() => Promise<void>>;
}

export interface DrainFigures {
  readonly jobs_per_s: number;
  readonly cpu_s_per_10k: number;
  readonly peak_rss_mib: number;
}

/** A queue with a mix of messages; see `fill`. */
export async function filledQueue(prefix: string): Promise<{ story: WorkerStory; mix: MessageMix }> {
  const story = await WorkerStory.on((await broker()).url);
  await story.channel.assertQueue(story.queue, { durable: true });
  await story.channel.bindQueue(story.queue, story.exchange, "#");
  return { story, mix: await fill(story, prefix) };
}

/** @param prefix - keeps the jobs of different mixes in one store apart. */
export async function fill(story: WorkerStory, prefix: string): Promise<MessageMix> {
  const mix = messageMix(JOBS, prefix);
  for (let at = 0; at < mix.bodies.length; at += 1000) {
    await story.publish(...mix.bodies.slice(at, at + 1000));
  }
  return mix;
}

/** @throws Error if messages are left in the queue, because then the figure is wrong. */
export async function drained(story: WorkerStory): Promise<void> {
  const { messageCount } = await story.channel.checkQueue(story.queue);
  if (messageCount > 0) throw new Error(`${messageCount} messages are left in the queue`);
}

/** Drains different messages several times. Returns the median of the rates, and the greatest memory. */
export async function medianDrain(
  prefix: string,
  target: (run: number) => Target,
  runs: number,
): Promise<DrainFigures> {
  const all: DrainFigures[] = [];
  for (let run = 0; run < runs; run++) all.push(await drain(`${prefix}${run}`, target(run)));
  return medianOf(all);
}

export function medianOf(all: readonly DrainFigures[]): DrainFigures {
  return {
    jobs_per_s: Math.round(median(all.map(({ jobs_per_s }) => jobs_per_s))),
    cpu_s_per_10k: rounded(median(all.map(({ cpu_s_per_10k }) => cpu_s_per_10k)), 2),
    peak_rss_mib: Math.round(Math.max(...all.map(({ peak_rss_mib }) => peak_rss_mib))),
  };
}

/** The worker's start is not counted. The clock starts when its first delivery arrives. */
export async function drain(
  prefix: string,
  { dataDir, mongodbUrl, env, beside }: Target,
): Promise<DrainFigures> {
  const { story, mix } = await filledQueue(prefix);
  const store = await openStore({ mongodbUrl, dataDir: dataDir ?? story.folder, rejectionTtlDays: 30 });
  const worker = await story.start({
    LOG_LEVEL: "info",
    PREFETCH: String(PREFETCH),
    DATA_DIR: dataDir ?? story.folder,
    ...(mongodbUrl === null ? {} : { MONGODB_URL: mongodbUrl }),
    ...env,
  });
  const endBeside = await beside?.(worker);
  const before = processUsage(worker.pid);
  const endedAtMs = await untilStored(store, mix);
  const after = processUsage(worker.pid);
  const begunAtMs = await arrivalOf(store, mix.first);
  await store.close();
  await endBeside?.();
  await endsWell(worker, mix);
  await drained(story);
  await story.end();
  return {
    jobs_per_s: mix.jobMessages / ((endedAtMs - begunAtMs) / 1000),
    cpu_s_per_10k: ((after.cpuSeconds - before.cpuSeconds) / mix.jobMessages) * 10_000,
    peak_rss_mib: after.peakRssMib,
  };
}

/** Order is kept, so once the last job is completed, all jobs before it are stored. */
async function untilStored(store: Store, { last: { project, guid } }: MessageMix): Promise<number> {
  while ((await store.findJob(project, guid))?.job.state !== "completed") await wait(20);
  return Date.now();
}

async function arrivalOf(store: Store, { project, guid }: MessageMix["first"]): Promise<number> {
  const view = await store.findJob(project, guid);
  return Date.parse(view?.job.transitions[0]?.received_at ?? "");
}

const stopped = z.object({ outcomes: z.record(z.string(), z.number()) });

/** @throws Error if not every message ended as it should, because a worker that loses some may seem fast. */
async function endsWell(worker: WorkerProcess, mix: MessageMix): Promise<void> {
  const code = await worker.stop();
  const { outcomes } = stopped.parse(worker.lines.find(({ event }) => event === "stopped"));
  const wanted = { ...mix.outcomes, skipped: 0, failed: 0 };
  for (const [outcome, count] of Object.entries(wanted)) {
    if (outcomes[outcome] !== count) {
      throw new Error(
        `${outcome}: ${outcomes[outcome]} jobs, not ${count}; exit code ${code}. ${worker.troubles()}`,
      );
    }
  }
}
