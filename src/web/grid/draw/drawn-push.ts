import { jobAddressIn } from "../../addresses.ts";
import type { ChosenJobs } from "../filter-jobs.ts";
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
  readonly total: number;
  readonly shown: number;
  readonly rows: readonly PlatformRow[];
  readonly drawing: RowDrawing;
}

/** What {@link arrangePush} arranges. */
export interface PushToDraw {
  readonly push: ShownPush;
  readonly jobs: readonly GridJob[];
  /** Those that the view's filter shows. */
  readonly chosen: ChosenJobs;
  readonly view: GridView;
  readonly tabIndex: RowDrawing["tabIndex"];
}

/** Returns what is drawn of a push in a view. Pure, and the same on the server and in the browser. */
export function arrangePush({ push, jobs, chosen, view, tabIndex }: PushToDraw): DrawnPush {
  return {
    push,
    counts: countJobs(jobs),
    total: jobs.length,
    shown: chosen.shown.length,
    rows: groupJobs(chosen.shown),
    drawing: {
      view,
      revision: push.revision,
      passed: passedElsewhere(jobs),
      jobAddress: jobAddressIn(view.project),
      tabIndex,
    },
  };
}
