/** How many parts one message may give a job; each comes from the setting MAX_..._PER_JOB of the same name. */
export interface JobLimits {
  readonly logs: number;
  readonly artifacts: number;
  /** Details of all `Job Info` artifacts together. */
  readonly details: number;
  readonly coalesced: number;
  readonly labels: number;
}
