import type { StoredOrigin } from "./origin.ts";
import type { PreparedJob, Refusal } from "./submission.ts";

/** A move of a job into a state, and the origin of the message that caused it. */
export type Transition = StoredOrigin & {
  readonly state: string;
  readonly result: string | null;
  /** ISO 8601, UTC, milliseconds. */
  readonly received_at: string;
};

/** The job document: the commit record of everything a message caused, and written last. */
export interface StoredJob extends PreparedJob {
  readonly project: string;
  /** `_id` of its result set. */
  readonly result_set: string;
  readonly failure_classification_id: 1;
  readonly running_eta: 0;
  /** Each once, the first hundred. */
  readonly refused: readonly Refusal[];
  /** The last ten moves, oldest first. */
  readonly transitions: readonly Transition[];
  /** ISO 8601, UTC. */
  readonly last_modified: string;
  /** Grows by one with every write; what a compare-and-set compares. */
  readonly version: number;
  /** Random per batch: tells a writer whose reply was lost whether its write arrived. */
  readonly write_id: string;
}
