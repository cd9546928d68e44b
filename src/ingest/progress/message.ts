import type { Delivery, Outcome, RawBody } from "../../domain/delivery.ts";
import type { Fault } from "../../domain/faults.ts";
import type { Origin } from "../../domain/origin.ts";
import { topRevision } from "../../domain/result-set.ts";
import type { ReadMessage, Verdict } from "../../judge/verdict.ts";

/**
 * Jobs that arrive together and are answered together: a delivery, the body of a request, or a rejection that is replayed. This is
 * all that the write path knows about the broker and HTTP.
 */
export interface Message {
  readonly origin: Origin;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
  /** The bytes as they arrived. They are kept in the rejection if no job can be read from them. */
  readonly raw: RawBody;
  /** Decodes the message and counts its jobs. It may be called repeatedly, with the same result. */
  readonly read: () => ReadMessage;
  /** The message's key in the ledger of suspects, or null if it cannot have killed a worker. */
  readonly suspectKey: string | null;
  /** The delivery to spool during a long outage of the store. If it is null, the message ends as `failed`, and its sender retries. */
  readonly spoolable: Delivery | null;
  /** Whether the message waits for as long as the store is away. If not, its jobs fail soon, and the sender is asked to try again. */
  readonly waitsForStore: boolean;
}

/** A job of a message with its verdict. */
export interface JudgedJob {
  readonly message: Message;
  /** The index of the job in its message. */
  readonly index: number;
  /** The verdict, or `failed` if a bug occurred; the job is then tried again before it is rejected. */
  readonly verdict: Verdict | { readonly kind: "failed"; readonly fault: Fault };
  /** Errors from bugs in our code that occurred while the job was judged. */
  readonly bugs: readonly unknown[];
}

/** The end of a job. All writes that it caused are durable by then. */
export interface JobEnd {
  readonly outcome: Outcome;
  /** Why it was rejected or has failed; null for the other outcomes. */
  readonly fault: Fault | null;
  /** Whether the rejection is only counted and not kept, because the sender's daily quota is used up. */
  readonly isOnlyCounted: boolean;
  /** The sender from which the job first arrived, if this message is from another one and has changed the job; otherwise null. */
  readonly jobOf: string | null;
  /** The revision of the stored push that already has this push's hash, so this push is not stored; otherwise null. */
  readonly keptPush: string | null;
  /** Errors from bugs in our code that occurred while the job was judged and written. */
  readonly bugs: readonly unknown[];
}

/** Returns the guid of a job or the revision of a push, or null if it cannot be read. */
export function guidOf({ verdict }: Pick<JudgedJob, "verdict">): string | null {
  switch (verdict.kind) {
    case "accepted":
      return verdict.submission.job.job_guid;
    case "artifact":
      return verdict.artifact.job_guid;
    case "push":
      return topRevision(verdict.resultSet);
    case "rejected":
    case "skipped":
      return verdict.task_id;
    default:
      return null;
  }
}

/** Returns the project of a job, or null if it cannot be read. */
export function projectOfJob({ verdict }: Pick<JudgedJob, "verdict">): string | null {
  switch (verdict.kind) {
    case "accepted":
      return verdict.submission.project;
    case "artifact":
      return verdict.artifact.project;
    case "failed":
      return null;
    default:
      return verdict.project;
  }
}
