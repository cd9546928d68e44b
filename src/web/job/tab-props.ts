import type { ShownJob } from "../shown-job.ts";
import type { Zone } from "../shown-time.tsx";

/** What each tab is drawn from. */
export interface TabProps {
  readonly shown: ShownJob;
  readonly zone: Zone;
}
