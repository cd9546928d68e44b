import type { Fault } from "../domain/faults.ts";

/** Limits on the parts of a job. Unless noted otherwise, a limit is the setting MAX_..._PER_JOB of the same name. */
export interface JobLimits {
  readonly logs: number;
  readonly artifacts: number;
  /** The limit for the details in all `Job Info` artifacts together. */
  readonly details: number;
  readonly coalesced: number;
  readonly labels: number;
  /** The limit for objects and lists in the artifacts of a job that are texts and have to be parsed, all together: MAX_OBJECTS_PER_MESSAGE. */
  readonly objects: number;
  /** The limit for the nesting in each of these texts: MAX_DEPTH. */
  readonly depth: number;
}

/**
 * Returns the fault for a job with too many labels, or null if there are not too many. Call it before the labels are converted to
 * options, because a hundred thousand options would keep the event loop busy.
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
