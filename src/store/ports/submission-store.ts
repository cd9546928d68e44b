import type { Fault } from "../../domain/faults.ts";
import type { SettableState } from "../../domain/job-state.ts";
import type { Origin } from "../../domain/origin.ts";
import type { PostedArtifact } from "../../domain/posted-artifact.ts";
import type { Rejection, RejectionEnd, StoredRejection } from "../../domain/rejection.ts";
import type { ResultSetSubmission } from "../../domain/result-set.ts";
import type { PreparedSubmission } from "../../domain/submission.ts";

/** A prepared submission, and where it came from. */
export interface Arrival {
  readonly submission: PreparedSubmission;
  readonly origin: Origin;
  /** ISO 8601, UTC. */
  readonly received_at: string;
  /** Whether it comes from the archive. A message that its job did not use on its arrival is not used then either. */
  readonly replayed?: boolean;
}

/** A push that was submitted by itself. */
export interface ResultSetArrival {
  readonly project: string;
  readonly resultSet: ResultSetSubmission;
  /** ISO 8601, UTC. */
  readonly received_at: string;
}

/** An artifact that was posted by itself, and where it came from. */
export interface ArtifactArrival {
  readonly artifact: PostedArtifact;
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
  | ({
      readonly kind: "unchanged";
      /** The revision of the push that has the hash of a submitted one already; the submitted one is not stored then. */
      readonly keptPush?: string;
    } & ChangedJob)
  | { readonly kind: "rejected"; readonly fault: Fault };

/** A stored rejection that was tried again. */
export interface RetriedRejection extends Pick<StoredRejection, "id" | "last_seen"> {
  /** Null if it is no longer rejected; otherwise why it is rejected now. */
  readonly again: Pick<Rejection, "fault" | "payload" | "project" | "task_id"> | null;
}

/** Writes what strangers submit, and what was rejected of it. */
export interface SubmissionStore {
  /**
   * Applies the batch in its order, and returns the outcomes in the same order. Idempotent. A retry over REST may rename the job
   * that was retried; see `splitAtRetries`.
   */
  storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]>;
  /**
   * Applies the pushes in their order: creates them, or completes skeletons: `stored`. A complete push stays `unchanged`, and so
   * does one that is submitted again as it is. Idempotent.
   */
  storeResultSets(batch: readonly ResultSetArrival[]): Promise<StoreOutcome[]>;
  /**
   * Adds artifacts to stored jobs: `stored`. If the job has an artifact of that name, it stays, and the new one is `unchanged`;
   * only an equal `Job Info` counts as the same. If the project has no such job, it is `rejected` as `unknown-job`. Suggestions
   * are made for a posted summary even if the job keeps another one. Idempotent.
   */
  storeArtifacts(batch: readonly ArtifactArrival[]): Promise<StoreOutcome[]>;
  /**
   * Sets the state of a job, even backwards. A completed job stays unchanged.
   *
   * @param restId - the job's number; see `StoredJob`.
   * @param at - ISO 8601, UTC.
   * @returns `unknown` if the project has no job with that number.
   */
  setJobState(
    project: string,
    restId: number,
    state: SettableState,
    at: string,
    origin: Origin,
  ): Promise<"updated" | "unchanged" | "unknown">;
  /**
   * Keeps new rejections, unless the day's quota of their exchange is used up: then they are only counted. A known one (same
   * payload and route) is counted again, and gets the new fault and time. One from the archive is counted only if it arrived later
   * than the known one was last seen. Returns the ends in the order of the rejections.
   */
  recordRejections(rejections: readonly Rejection[]): Promise<readonly RejectionEnd[]>;
  /**
   * Deletes rejections whose messages are no longer rejected, and updates the fault of the others. A rejection that has been
   * seen again since it was read stays unchanged.
   */
  resolveRejections(tried: readonly RetriedRejection[]): Promise<void>;
}
