import type { StoredOrigin } from "./origin.ts";
import type { PreparedJob, Refusal } from "./submission.ts";

/** A move of a job into a state, and the origin of the message that caused it. */
export type Transition = StoredOrigin & {
  readonly state: string;
  readonly result: string | null;
  /** ISO 8601, UTC, milliseconds. */
  readonly received_at: string;
};

/** The job document. It is written last, so once it shows what a message did to it, all other writes for the message are stored. */
export interface StoredJob extends PreparedJob {
  readonly project: string;
  /** The job's number in the read API; see `numberOf`. It is unique among jobs, and a retry that renames the job keeps it. */
  readonly rest_id: number;
  /** The `_id` of the job's result set. */
  readonly result_set: string;
  readonly failure_classification_id: 1;
  readonly running_eta: 0;
  /** The first hundred refusals, without duplicates. */
  readonly refused: readonly Refusal[];
  /** The first transition and the last nine, oldest first. */
  readonly transitions: readonly Transition[];
  /** ISO 8601, UTC. */
  readonly last_modified: string;
  /** Increases by one with every write. A compare-and-set compares it. */
  readonly version: number;
  /** A random text for each batch. With it, a writer that got no reply finds out whether its write succeeded. */
  readonly write_id: string;
}
