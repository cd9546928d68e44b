import type { Fault } from "../domain/faults.ts";

/** How many parts of each kind a message may give to a job. Each limit is the setting MAX_..._PER_JOB of the same name. */
export interface JobLimits {
  readonly logs: number;
  readonly artifacts: number;
  /** Details in all `Job Info` artifacts together. */
  readonly details: number;
  readonly coalesced: number;
  readonly labels: number;
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
