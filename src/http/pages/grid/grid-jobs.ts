import type { HotCell, HotPush } from "../../../queries/grid/hot-push.ts";
import type { EventLoopTurns } from "../../../timing/event-loop-turns.ts";
import type { JobTest } from "../../../web/grid/filter-jobs.ts";
import { type GridJob, toGridJob } from "../../../web/grid/grid-job.ts";
import { groupJobs } from "../../../web/grid/group-jobs.ts";
import {
  addCounts,
  countJobs,
  type JobCounts,
  type PushJobs,
  passedElsewhere,
} from "../../../web/grid/job-counts.ts";

/** The job of each cell. A cell object never changes, because a change replaces it. */
const ofCells = new WeakMap<HotCell, GridJob>();
const ofPushes = new WeakMap<HotPush, { readonly lastChange: number; readonly jobs: PushJobs }>();

/** How many jobs are processed between two checks of whether other requests are due for a turn. */
const AT_ONCE = 500;

/** Returns the jobs of a push. Results are cached until the cell or the push changes. */
export async function jobsOf(push: HotPush, turns: EventLoopTurns): Promise<PushJobs> {
  const { lastChange } = push;
  const known = ofPushes.get(push);
  if (known?.lastChange === lastChange) return known.jobs;
  const found: GridJob[] = [];
  // Iterate over a copy, because cells may be added or removed while other requests have their turn.
  for (const hot of [...push.cells.values()]) {
    if (found.length % AT_ONCE === 0) await turns.giveIfDue();
    found.push(jobOf(hot));
  }
  await turns.giveIfDue();
  const rows = groupJobs(found);
  await turns.giveIfDue();
  const jobs = { jobs: found, counts: countJobs(found), rows, passed: passedElsewhere(found) };
  ofPushes.set(push, { lastChange, jobs });
  return jobs;
}

/** Counts the jobs that pass a test. Other requests get a turn in between. */
export async function countInTurns(
  all: readonly GridJob[],
  isCounted: JobTest,
  turns: EventLoopTurns,
): Promise<JobCounts> {
  const parts: JobCounts[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    parts.push(countJobs(all.slice(from, from + AT_ONCE).filter(isCounted)));
    await turns.giveIfDue();
  }
  return addCounts(parts);
}

function jobOf(hot: HotCell): GridJob {
  const known = ofCells.get(hot);
  if (known !== undefined) return known;
  const job = toGridJob(hot.cell, hot.coalesced);
  ofCells.set(hot, job);
  return job;
}
