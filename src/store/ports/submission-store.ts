import type { Fault } from "../../domain/faults.ts";
import type { Origin } from "../../domain/origin.ts";
import type { Rejection, RejectionEnd, StoredRejection } from "../../domain/rejection.ts";
import type { ResultSetSubmission } from "../../domain/result-set.ts";
import type { PreparedSubmission } from "../../domain/submission.ts";

/** A prepared submission, and where it came from. */
export interface Arrival {
  readonly submission: PreparedSubmission;
  readonly origin: Origin;
  /** ISO 8601, UTC. */
  readonly received_at: string;
}

/** Set where a message changes a job, or adds to it, that first came through another exchange: that exchange. */
interface ChangedJob {
  readonly jobOf?: string;
}

export type StoreOutcome =
  | ({ readonly kind: "stored" } & ChangedJob)
  | ({ readonly kind: "unchanged" } & ChangedJob)
  | { readonly kind: "rejected"; readonly fault: Fault };

/** A kept rejection that was tried again. */
export interface RetriedRejection extends Pick<StoredRejection, "id" | "last_seen"> {
  /** Null where it is no longer refused; otherwise why it is refused now. */
  readonly again: Pick<Rejection, "fault" | "payload" | "project" | "task_id"> | null;
}

/** Writes what strangers submit, and what was refused of it. */
export interface SubmissionStore {
  /** Applies the batch in its order; outcomes are in the same order. Idempotent. */
  storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]>;
  /** Creates pushes, or completes skeletons; a complete push stays as it is. */
  storeResultSets(project: string, resultSets: readonly ResultSetSubmission[]): Promise<void>;
  /**
   * Keeps new ones, unless the day's quota of their exchange is full: then they are only counted. A known one (same
   * payload and route) is counted and seen again, and takes the new fault. Ends are in the order of the rejections.
   */
  recordRejections(rejections: readonly Rejection[]): Promise<readonly RejectionEnd[]>;
  /**
   * Deletes those that are no longer refused, and updates the fault of the others. A rejection that has been seen again
   * since it was read stays as it is.
   */
  resolveRejections(tried: readonly RetriedRejection[]): Promise<void>;
}
