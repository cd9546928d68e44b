import { jobAddressIn } from "../../addresses.ts";
import { filterJobs } from "../filter-jobs.ts";
import type { GridJob } from "../grid-job.ts";
import type { GridView } from "../grid-view.ts";
import { groupJobs, type PlatformRow } from "../group-jobs.ts";
import { countJobs, type JobCounts, passedElsewhere } from "../job-counts.ts";
import type { ShownPush } from "../shown-push.ts";
import type { RowDrawing } from "./row-drawing.tsx";

/** A push, ready to be drawn. */
export interface DrawnPush {
  readonly push: ShownPush;
  /** Of all its jobs. */
  readonly counts: JobCounts;
  /** Of the jobs that the filter would show if it left out no status. */
  readonly offeredCounts: JobCounts;
  /** Of the jobs that the filter shows. */
  readonly shownCounts: JobCounts;
  readonly total: number;
  readonly shown: number;
  readonly rows: readonly PlatformRow[];
  readonly drawing: RowDrawing;
}

/** Returns what is drawn of a push in a view. Pure, and the same on the server and in the browser. */
export function arrangePush(
  push: ShownPush,
  jobs: readonly GridJob[],
  view: GridView,
  tabIndex: RowDrawing["tabIndex"],
): DrawnPush {
  const offered = filterJobs(jobs, { ...view.filter, status: ["all"] });
  const shown = filterJobs(offered, view.filter);
  return {
    push,
    counts: countJobs(jobs),
    offeredCounts: countJobs(offered),
    shownCounts: countJobs(shown),
    total: jobs.length,
    shown: shown.length,
    rows: groupJobs(shown),
    drawing: {
      view,
      revision: push.revision,
      passed: passedElsewhere(jobs),
      jobAddress: jobAddressIn(view.project),
      tabIndex,
    },
  };
}
