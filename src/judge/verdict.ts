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
  /** The submission before defaults and limits were applied, as a REST client would post it. */
  readonly posted: JobSubmission;
  readonly payload: unknown;
  /** JSON pointer from the message to the job: `""` unless the job is in an envelope. */
  readonly at: string;
  /** Hints for the sender of an item from which nothing was refused. Absent for a job message, whose publisher gets no answer. */
  readonly warnings?: readonly Warning[];
}

export interface SkippedJob {
  readonly kind: "skipped";
  readonly payload: unknown;
  readonly project: string;
  readonly task_id: string;
}

/** A push in a posted result set collection. */
export interface PushVerdict {
  readonly kind: "push";
  readonly project: string;
  readonly resultSet: ResultSetSubmission;
  readonly payload: unknown;
  /** JSON pointer from the item to the push: always `""`. */
  readonly at: string;
}

/** An artifact in a posted artifact collection. */
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
  /** The fault. Its pointers are relative to the message, so for a job in an envelope they begin with `/payload`. */
  readonly fault: Fault;
  /** The job without its array or envelope, with numbers as they were sent; `undefined` if it could not be decoded. */
  readonly payload: unknown;
  /** The bytes of a posted item that could not be decoded. If absent, the bytes of the whole message are kept instead. */
  readonly raw?: RawBody;
  readonly project: string | null;
  /** The guid of the job, or null if it cannot be read. */
  readonly task_id: string | null;
}

/** The jobs of a message, or the items of a collection. Verdicts are computed on demand, so they are never all in memory together. */
export interface ReadMessage<V extends Verdict = Verdict> {
  /** The number of jobs or items; 1 if the message is rejected as a whole. */
  readonly jobs: number;
  /** Returns the verdict on the job or item at an index. Pure: repeated calls return the same verdict. */
  readonly verdictOf: (index: number) => V;
}
