import type { ShownJob } from "../shown-job.ts";
import type { Zone } from "../shown-time.tsx";

/** The props of every tab. */
export interface TabProps {
  readonly shown: ShownJob;
  readonly zone: Zone;
}
