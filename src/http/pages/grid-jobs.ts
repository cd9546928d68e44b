import type { HotCell, HotPush } from "../../queries/grid/hot-push.ts";
import { type GridJob, toGridJob } from "../../web/grid/grid-job.ts";

/** A cell in memory never changes: a change brings another one. */
const jobs = new WeakMap<HotCell, GridJob>();

/** Returns the jobs of a push. What was made of a cell is used again as long as the cell is in memory. */
export function jobsOf(push: HotPush): GridJob[] {
  return [...push.cells.values()].map((hot) => {
    const known = jobs.get(hot);
    if (known !== undefined) return known;
    const job = toGridJob(hot.cell, hot.coalesced);
    jobs.set(hot, job);
    return job;
  });
}
