import type { RawBody } from "../domain/delivery.ts";
import type { Fault } from "../domain/faults.ts";
import type { PostedArtifact } from "../domain/posted-artifact.ts";
import type { ResultSetSubmission } from "../domain/result-set.ts";
import type { JobSubmission, PreparedSubmission, Warning } from "../domain/submission.ts";

/** The verdict on a job message, or on an item that was posted over REST. */
export type Verdict = JobVerdict | PushVerdict | ArtifactVerdict;

/** The verdict on a job message. */
export type JobVerdict = AcceptedJob | SkippedJob | RejectedItem;

export interface AcceptedJob {
  readonly kind: "accepted";
  readonly submission: PreparedSubmission;
  /** The submission before defaults and cuts, as a REST client would post it. */
  readonly posted: JobSubmission;
  readonly payload: unknown;
  /** JSON pointer from the message to the job: `""` unless the job is in an envelope. */
  readonly at: string;
  /** Hints for its sender, although nothing was refused. Absent for a job message, which nobody answers. */
  readonly warnings?: readonly Warning[];
}

export interface SkippedJob {
  readonly kind: "skipped";
  readonly payload: unknown;
  readonly project: string;
  readonly task_id: string;
}

/** A push that a result set collection submits. */
export interface PushVerdict {
  readonly kind: "push";
  readonly project: string;
  readonly resultSet: ResultSetSubmission;
  readonly payload: unknown;
  /** JSON pointer from the item to the push: always `""`. */
  readonly at: string;
}

/** An artifact that an artifact collection submits. */
export interface ArtifactVerdict {
  readonly kind: "artifact";
  readonly artifact: PostedArtifact;
  readonly payload: unknown;
  /** JSON pointer from the item to the artifact: always `""`. */
  readonly at: string;
  readonly warnings: readonly Warning[];
}

export interface RejectedItem {
  readonly kind: "rejected";
  /** The fault, with pointers that begin at the message; for a job in an envelope they begin with `/payload`. */
  readonly fault: Fault;
  /** The job without array and envelope, its numbers as they were sent; `undefined` if it could not be decoded. */
  readonly payload: unknown;
  /** The bytes of a posted item that could not be decoded. Absent for others: those of the whole message are kept. */
  readonly raw?: RawBody;
  readonly project: string | null;
  /** The guid of the job; null if there is none to be read. */
  readonly task_id: string | null;
}

/** The jobs of a message, or the items of a collection. A verdict is computed on demand, so that not all of them are in memory at once. */
export interface ReadMessage<V extends Verdict = Verdict> {
  /** The number of jobs or items; 1 if the message is rejected as a whole. */
  readonly jobs: number;
  /** Returns the verdict on one of them. Pure: it is the same each time. */
  readonly verdictOf: (index: number) => V;
}
