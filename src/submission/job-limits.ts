/** How many parts of each kind a message may give to a job. Each limit is the setting MAX_..._PER_JOB of the same name. */
export interface JobLimits {
  readonly logs: number;
  readonly artifacts: number;
  /** Details in all `Job Info` artifacts together. */
  readonly details: number;
  readonly coalesced: number;
  readonly labels: number;
}
