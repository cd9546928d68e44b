import type { Fault } from "../../domain/faults.ts";
import type { SettableState } from "../../domain/job-state.ts";
import type { Origin } from "../../domain/origin.ts";
import type { PostedArtifact } from "../../domain/posted-artifact.ts";
import type { Rejection, RejectionEnd, StoredRejection } from "../../domain/rejection.ts";
import type { ResultSetSubmission } from "../../domain/result-set.ts";
import type { PreparedSubmission } from "../../domain/submission.ts";

/** A prepared submission and its origin. */
export interface Arrival {
  readonly submission: PreparedSubmission;
  readonly origin: Origin;
  /** ISO 8601, UTC. */
  readonly received_at: string;
  /** True if it is replayed from the archive. A message that its job ignored on arrival is ignored again. */
  readonly replayed?: boolean;
}

/** A push that was submitted on its own, without a job. */
export interface ResultSetArrival {
  readonly project: string;
  readonly resultSet: ResultSetSubmission;
  /** ISO 8601, UTC. */
  readonly received_at: string;
}

/** An artifact that was posted on its own, without a job, and its origin. */
export interface ArtifactArrival {
  readonly artifact: PostedArtifact;
  readonly origin: Origin;
  /** ISO 8601, UTC. */
  readonly received_at: string;
}

/** The sender from which a job first arrived, if a message of another sender changes the job or adds to it; see `senderOf`. */
interface ChangedJob {
  readonly jobOf?: string;
}

export type StoreOutcome =
  | ({ readonly kind: "stored" } & ChangedJob)
  | ({
      readonly kind: "unchanged";
      /** The revision of a stored push with the same hash as the submitted push, which is therefore not stored. */
      readonly keptPush?: string;
    } & ChangedJob)
  | { readonly kind: "rejected"; readonly fault: Fault };

/** A stored rejection that was tried again. */
export interface RetriedRejection extends Pick<StoredRejection, "id" | "last_seen"> {
  /** Null if the message is no longer rejected; otherwise why it is rejected now. */
  readonly again: Pick<Rejection, "fault" | "payload" | "project" | "task_id"> | null;
}

/** Writes what publishers submit, and the rejections. */
export interface SubmissionStore {
  /**
   * Applies the submissions of a batch in order, and returns their outcomes in the same order. Idempotent. A retry over REST may
   * rename the job that was retried; see `splitAtRetries`.
   */
  storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]>;
  /**
   * Applies pushes in order. A push that is created, or that completes a skeleton, is `stored`. If the stored push is already
   * complete, or equal to the submitted push, the outcome is `unchanged`. Idempotent.
   */
  storeResultSets(batch: readonly ResultSetArrival[]): Promise<StoreOutcome[]>;
  /**
   * Adds artifacts to stored jobs. An added artifact is `stored`. If the job already has an artifact of that name, that one is kept, and
   * the new artifact is `unchanged`; a `Job Info`, however, is only `unchanged` if the job has an equal one. If the project has no
   * such job, the artifact is `rejected` as `unknown-job`. Suggestions are made for a posted summary even if the job keeps another
   * summary. Idempotent.
   */
  storeArtifacts(batch: readonly ArtifactArrival[]): Promise<StoreOutcome[]>;
  /**
   * Sets the state of a job, even to an earlier one. A completed job stays unchanged.
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
   * Stores new rejections. If the day's quota of their sender is used up, they are only counted. A rejection that is already
   * stored (same payload and route) is counted again, and gets the new fault and time. A rejection replayed from the archive is
   * counted only if its message arrived after the stored rejection was last seen. Returns the results in the order of the
   * rejections.
   */
  recordRejections(rejections: readonly Rejection[]): Promise<readonly RejectionEnd[]>;
  /**
   * Deletes rejections whose messages are no longer rejected, and updates the faults of the others. A rejection whose message has
   * arrived again since the rejection was read stays unchanged.
   */
  resolveRejections(tried: readonly RetriedRejection[]): Promise<void>;
}
