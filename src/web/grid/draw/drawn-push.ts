import { jobAddressIn } from "../../addresses.ts";
import type { JobTest } from "../filter-jobs.ts";
import { groupAddressIn, platformAddressIn } from "../grid-address.ts";
import type { GridView } from "../grid-view.ts";
import { type PlatformRow, pickRows } from "../group-jobs.ts";
import type { JobCounts, PushJobs } from "../job-counts.ts";
import type { ShownPush } from "../shown-push.ts";
import type { RowDrawing } from "./row-drawing.tsx";

/** A push, ready to be drawn. */
export interface DrawnPush {
  readonly push: ShownPush;
  /** Counts of all jobs of the push, regardless of the filter. */
  readonly counts: JobCounts;
  readonly total: number;
  readonly shown: number;
  readonly rows: readonly PlatformRow[];
  readonly drawing: RowDrawing;
}

/** The arguments of {@link arrangePush}. */
export interface PushToDraw {
  readonly push: ShownPush;
  readonly all: PushJobs;
  /** Whether the view's filter shows a job; see `createTests`. */
  readonly isShown: JobTest;
  readonly view: GridView;
  readonly tabIndex: RowDrawing["tabIndex"];
}

/** Returns the parts of a push that a view shows. Pure, so that the server and the browser draw the same. */
export function arrangePush({ push, all, isShown, view, tabIndex }: PushToDraw): DrawnPush {
  const rows = pickRows(all.rows, isShown);
  return {
    push,
    counts: all.counts,
    total: all.jobs.length,
    shown: rows.flatMap(({ groups }) => groups).reduce((sum, { jobs }) => sum + jobs.length, 0),
    rows,
    drawing: {
      view,
      revision: push.revision,
      passed: all.passed,
      jobAddress: jobAddressIn(view.project),
      groupAddress: groupAddressIn(view),
      platformAddress: platformAddressIn(view),
      tabIndex,
    },
  };
}
