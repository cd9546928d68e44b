import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import type { WorkerProcess } from "../../servers/worker-process.ts";
import { serverCpuSeconds } from "../counts/server-processes.ts";

import type { MessageMix } from "../message-mix.ts";
import { processUsage } from "../process-usage.ts";
import type { BenchQueue, Drain } from "./contender.ts";
import { cpuPerJob } from "./cpu-per-job.ts";
import { drained } from "./filled-queues.ts";
import { PREFETCH } from "./sizes.ts";

/** How often to check whether the last job is stored. */
const LOOK_MS = 20;

/** The store that the worker uses, and how it is configured. */
export interface WorkerTarget {
  readonly dataDir: string;
  /** Null means the embedded store in `dataDir`. */
  readonly mongodbUrl: string | null;
  /** Settings of the worker that override the usual ones. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Starts something to do with the worker during the drain. Returns a function that ends it, which is called when the last job is stored.
   */
  readonly beside?: (worker: WorkerProcess) => Promise<() => Promise<void>>;
}

/** Drains a queue with the worker. The worker's start is not measured: the clock starts when its first delivery arrives. */
export async function workerDrain(queue: BenchQueue, target: WorkerTarget): Promise<Drain> {
  const { dataDir, mongodbUrl, env, beside } = target;
  const { story, mix, name } = queue;
  const store = await openStore({ mongodbUrl, dataDir, rejectionTtlDays: 30 });
  const worker = await story.start({
    LOG_LEVEL: "info",
    QUEUE_NAME: name,
    PREFETCH: String(PREFETCH),
    DATA_DIR: dataDir,
    ...(mongodbUrl === null ? {} : { MONGODB_URL: mongodbUrl }),
    ...env,
  });
  const before = await cpuSeconds(worker);
  const endBeside = await beside?.(worker);
  const endedAtMs = await untilStored(store, mix);
  const after = await cpuSeconds(worker);
  const { peakRssMib } = processUsage(worker.pid);
  await endBeside?.();
  const begunAtMs = await arrivalOf(store, mix.first);
  await store.close();
  await endsWell(worker, mix);
  await drained(queue);
  return {
    jobs_per_s: mix.jobMessages / ((endedAtMs - begunAtMs) / 1000),
    cpu_us_per_job: cpuPerJob(before, after, mix.jobMessages),
    peak_rss_mib: peakRssMib,
    besides: {},
  };
}

async function cpuSeconds(worker: WorkerProcess) {
  return { worker: processUsage(worker.pid).cpuSeconds, ...(await serverCpuSeconds()) };
}

/** Jobs are stored in order, so once the last job is completed, all jobs before it are stored. */
export async function untilStored(store: Store, { last: { project, guid } }: MessageMix): Promise<number> {
  while ((await store.findJob(project, guid))?.job.state !== "completed") await wait(LOOK_MS);
  return Date.now();
}

async function arrivalOf(store: Store, { project, guid }: MessageMix["first"]): Promise<number> {
  const view = await store.findJob(project, guid);
  return Date.parse(view?.job.transitions[0]?.received_at ?? "");
}

const stopped = z.object({ outcomes: z.record(z.string(), z.number()) });

/** @throws Error if any message did not end as expected, because a worker that loses messages may seem fast. */
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
