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
  readonly all: PushJobs;
  /** What the view's filter shows; see `createTests`. */
  readonly isShown: JobTest;
  readonly view: GridView;
  readonly tabIndex: RowDrawing["tabIndex"];
}

/** Returns what is drawn of a push in a view. Pure, and the same on the server and in the browser. */
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
