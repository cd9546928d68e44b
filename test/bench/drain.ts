/** Single drains, for a bench that takes its own turns. `npm run bench` itself takes them in rounds; see `contenders/`. */
import type { Drain } from "./contenders/contender.ts";
import { fillQueues } from "./contenders/filled-queues.ts";
import { type WorkerTarget, workerDrain } from "./contenders/worker-drain.ts";
import { messageMix } from "./message-mix.ts";
import { median, rounded } from "./part.ts";

/** Each figure is the median of this many drains. */
export const RUNS = 3;
const JOBS = 20_000;

/** The store that the worker uses: SQLite in a folder, or a database. */
export interface Target extends Omit<WorkerTarget, "dataDir"> {
  /** Null for a new, empty one. */
  readonly dataDir: string | null;
}

export interface DrainFigures {
  readonly jobs_per_s: number;
  readonly cpu_s_per_10k: number;
  readonly peak_rss_mib: number;
}

/**
 * Fills a queue, and drains it with a worker.
 *
 * @param prefix - keeps the jobs of different drains into one store apart.
 */
export async function drain(prefix: string, target: Target): Promise<DrainFigures> {
  const filled = await fillQueues(messageMix(JOBS, prefix), ["drain"]);
  const queue = filled.queueOf("drain");
  const dataDir = target.dataDir ?? queue.story.folder;
  const figures = drainFigures([await workerDrain(queue, { ...target, dataDir })]);
  await filled.done("drain");
  await filled.end();
  return figures;
}

/** Returns the median of the rates and of the CPU time, and the greatest memory. */
export function drainFigures(drains: readonly Drain[]): DrainFigures {
  return medianOf(
    drains.map(({ jobs_per_s, cpu_us_per_job, peak_rss_mib }) => ({
      jobs_per_s,
      cpu_s_per_10k: (cpu_us_per_job.worker ?? Number.NaN) / 100,
      peak_rss_mib: peak_rss_mib ?? Number.NaN,
    })),
  );
}

export function medianOf(all: readonly DrainFigures[]): DrainFigures {
  return {
    jobs_per_s: Math.round(median(all.map(({ jobs_per_s }) => jobs_per_s))),
    cpu_s_per_10k: rounded(median(all.map(({ cpu_s_per_10k }) => cpu_s_per_10k)), 2),
    peak_rss_mib: Math.round(Math.max(...all.map(({ peak_rss_mib }) => peak_rss_mib))),
  };
}
