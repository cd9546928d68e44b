import type { Fault } from "../domain/faults.ts";

/** How much a message may give to a job. Unless it says otherwise, a limit is the setting MAX_..._PER_JOB of the same name. */
export interface JobLimits {
  readonly logs: number;
  readonly artifacts: number;
  /** Details in all `Job Info` artifacts together. */
  readonly details: number;
  readonly coalesced: number;
  readonly labels: number;
  /** Objects and lists in the artifacts of a job that are texts and have to be parsed, all together: MAX_OBJECTS_PER_MESSAGE. */
  readonly objects: number;
  /** Levels of nesting in each of these texts: MAX_DEPTH. */
  readonly depth: number;
}

/**
 * Returns the fault of a job with too many labels; null if there are not too many. Call it before options are made of the labels:
 * a hundred thousand options would keep the event loop busy.
 */
export function tooManyLabels(
  labels: readonly string[],
  { labels: limit }: Pick<JobLimits, "labels">,
): Fault | null {
  if (labels.length <= limit) return null;
  const { size } = new Set(labels);
  if (size <= limit) return null;
  const detail = `has ${size} labels; a job may have ${limit} (MAX_LABELS_PER_JOB)`;
  return { reason: "unusable-field", pointer: "/job/option_collection", detail };
}
