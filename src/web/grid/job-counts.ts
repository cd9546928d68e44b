import { isUnclassified } from "../job-status.ts";
import type { GridJob } from "./grid-job.ts";
import { groupJobs, type PlatformRow } from "./group-jobs.ts";

/** The maximum number of jobs shown of a push. No real push has as many, but anybody who may publish can make one that does. */
export const MAX_JOBS = 20_000;

/** Numbers of jobs. Coalesced jobs are not counted. */
export interface JobCounts {
  readonly completed: number;
  /** Pending and running. */
  readonly inProgress: number;
  readonly failed: number;
  /** Failures that nobody has explained yet. */
  readonly unclassified: number;
}

export function countJobs(jobs: Iterable<GridJob>): JobCounts {
  let [completed, inProgress, failed, unclassified] = [0, 0, 0, 0];
  for (const { isCompleted, isInProgress, isFailure, classification } of jobs) {
    if (isCompleted) completed += 1;
    else if (isInProgress) inProgress += 1;
    if (!isFailure) continue;
    failed += 1;
    if (isUnclassified(classification)) unclassified += 1;
  }
  return { completed, inProgress, failed, unclassified };
}

export function addCounts(all: readonly JobCounts[]): JobCounts {
  const sum = (name: keyof JobCounts): number => all.reduce((total, counts) => total + counts[name], 0);
  return {
    completed: sum("completed"),
    inProgress: sum("inProgress"),
    failed: sum("failed"),
    unclassified: sum("unclassified"),
  };
}

/** Returns the progress of a push in words; null if no job of it is counted. */
export function progressText({ completed, inProgress }: JobCounts): string | null {
  if (completed + inProgress === 0) return null;
  if (inProgress === 0) return "- Complete -";
  return `${Math.floor((100 * completed) / (completed + inProgress))}% - ${inProgress} in progress`;
}

/** The jobs of a push, and values computed from them regardless of the filter. */
export interface PushJobs {
  readonly jobs: readonly GridJob[];
  readonly counts: JobCounts;
  /** All jobs in rows. They are sorted only once, because sorting takes long and a filter does not change the order. */
  readonly rows: readonly PlatformRow[];
  /** See {@link passedElsewhere}. */
  readonly passed: ReadonlySet<string>;
}

export function toPushJobs(jobs: readonly GridJob[]): PushJobs {
  return { jobs, counts: countJobs(jobs), rows: groupJobs(jobs), passed: passedElsewhere(jobs) };
}

/**
 * Returns the guids of a push's failures whose job passed in another run of the same push. They answer the first question about
 * a failure: is it intermittent?
 */
export function passedElsewhere(jobs: readonly GridJob[]): ReadonlySet<string> {
  const failed = jobs.filter(({ isFailure }) => isFailure);
  const kinds = new Set(failed.map(kindOf));
  const symbols = new Set(failed.map(({ symbol }) => symbol));
  const passed = new Set<string>();
  for (const job of jobs) {
    // Most jobs have a symbol that no failure has, so their kind is not computed.
    if (job.status !== "success" || !symbols.has(job.symbol)) continue;
    const kind = kindOf(job);
    if (kinds.has(kind)) passed.add(kind);
  }
  return new Set(failed.filter((job) => passed.has(kindOf(job))).map(({ guid }) => guid));
}

/** Returns the same text for all runs of a job in a push. */
function kindOf({ platform, options, groupSymbol, symbol, name, tier }: GridJob): string {
  return [platform, options, groupSymbol, symbol, name, tier].join("\n");
}
