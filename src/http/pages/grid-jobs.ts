import type { HotCell, HotPush } from "../../queries/grid/hot-push.ts";
import { type GridJob, toGridJob } from "../../web/grid/grid-job.ts";
import { type PushJobs, toPushJobs } from "../../web/grid/job-counts.ts";

/** A cell in memory never changes: a change brings another one. */
const ofCells = new WeakMap<HotCell, GridJob>();
const ofPushes = new WeakMap<HotPush, { readonly lastChange: number; readonly jobs: PushJobs }>();

/** Returns the jobs of a push. What was made of a cell or a push is used again until it changes. */
export function jobsOf(push: HotPush): PushJobs {
  const known = ofPushes.get(push);
  if (known?.lastChange === push.lastChange) return known.jobs;
  const jobs = toPushJobs([...push.cells.values()].map(jobOf));
  ofPushes.set(push, { lastChange: push.lastChange, jobs });
  return jobs;
}

function jobOf(hot: HotCell): GridJob {
  const known = ofCells.get(hot);
  if (known !== undefined) return known;
  const job = toGridJob(hot.cell, hot.coalesced);
  ofCells.set(hot, job);
  return job;
}
