import type { StoredOrigin } from "./origin.ts";
import type { PreparedJob, Refusal } from "./submission.ts";

/** A move of a job into a state, and the origin of the message that caused it. */
export type Transition = StoredOrigin & {
  readonly state: string;
  readonly result: string | null;
  /** ISO 8601, UTC, milliseconds. */
  readonly received_at: string;
};

/** The job document. It is written last, so it proves that everything the message caused is stored. */
export interface StoredJob extends PreparedJob {
  readonly project: string;
  /** Its number in the read API; see `numberOf`. No other job has it, and a retry that renames the job keeps it. */
  readonly rest_id: number;
  /** `_id` of its result set. */
  readonly result_set: string;
  readonly failure_classification_id: 1;
  readonly running_eta: 0;
  /** The first hundred, each once. */
  readonly refused: readonly Refusal[];
  /** The first one and the last nine, oldest first. */
  readonly transitions: readonly Transition[];
  /** ISO 8601, UTC. */
  readonly last_modified: string;
  /** Grows by one with every write. A compare-and-set compares it. */
  readonly version: number;
  /** A random text for each batch. It tells a writer that got no reply whether its write arrived. */
  readonly write_id: string;
}
