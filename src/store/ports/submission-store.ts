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

/** The exchange through which a job first came, if a message of another exchange changes the job or adds to it. */
interface ChangedJob {
  readonly jobOf?: string;
}

export type StoreOutcome =
  | ({ readonly kind: "stored" } & ChangedJob)
  | ({ readonly kind: "unchanged" } & ChangedJob)
  | { readonly kind: "rejected"; readonly fault: Fault };

/** A stored rejection that was tried again. */
export interface RetriedRejection extends Pick<StoredRejection, "id" | "last_seen"> {
  /** Null if it is no longer rejected; otherwise why it is rejected now. */
  readonly again: Pick<Rejection, "fault" | "payload" | "project" | "task_id"> | null;
}

/** Writes what strangers submit, and what was rejected of it. */
export interface SubmissionStore {
  /** Applies the batch in its order, and returns the outcomes in the same order. Idempotent. */
  storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]>;
  /** Creates pushes, or completes skeletons. A complete push stays unchanged. */
  storeResultSets(project: string, resultSets: readonly ResultSetSubmission[]): Promise<void>;
  /**
   * Keeps new rejections, unless the day's quota of their exchange is used up: then they are only counted. A known one (same
   * payload and route) is counted again, and gets the new fault and time. Returns the ends in the order of the rejections.
   */
  recordRejections(rejections: readonly Rejection[]): Promise<readonly RejectionEnd[]>;
  /**
   * Deletes rejections whose messages are no longer rejected, and updates the fault of the others. A rejection that has been
   * seen again since it was read stays unchanged.
   */
  resolveRejections(tried: readonly RetriedRejection[]): Promise<void>;
}
