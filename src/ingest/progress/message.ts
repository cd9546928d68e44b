import type { Delivery, Outcome, RawBody } from "../../domain/delivery.ts";
import type { Fault } from "../../domain/faults.ts";
import type { Origin } from "../../domain/origin.ts";
import { topRevision } from "../../domain/result-set.ts";
import type { ReadMessage, Verdict } from "../../judge/verdict.ts";

/**
 * Jobs that arrive together and are answered together: a delivery, the body of a request, or a rejection that is replayed.
 * The write path knows nothing else of the broker or of HTTP.
 */
export interface Message {
  readonly origin: Origin;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAtMs: number;
  /** The bytes as they came. They are kept where no job can be read from them. */
  readonly raw: RawBody;
  /** Decodes the message and counts its jobs. It may be called again, and gives the same. */
  readonly read: () => ReadMessage;
  /** The key in the ledger of suspects of a message that may have killed a worker; null if it cannot have. */
  readonly suspectKey: string | null;
  /** The delivery to spool while the store is away for long. Null for a message that ends as `failed` then: its sender retries. */
  readonly spoolable: Delivery | null;
  /** Whether its sender waits for as long as the store is away. If not, its jobs fail soon, and the sender is told to try again. */
  readonly waitsForStore: boolean;
}

/** A job of a message with its verdict. */
export interface JudgedJob {
  readonly message: Message;
  /** Its place in the message, from 0. */
  readonly index: number;
  /** `failed`: a bug occurred, and the job is tried again before it is rejected. */
  readonly verdict: Verdict | { readonly kind: "failed"; readonly fault: Fault };
  /** Errors from bugs in our code that occurred while the job was judged. */
  readonly bugs: readonly unknown[];
}

/** How a job ended. Everything that it caused is durable by then. */
export interface JobEnd {
  readonly outcome: Outcome;
  /** Why it was rejected or has failed; null for the other outcomes. */
  readonly fault: Fault | null;
  /** The rejection is only counted and not kept, because the day's quota of its sender is used up. */
  readonly isOnlyCounted: boolean;
  /** The exchange that the job first came through, if this message of another one has changed it; otherwise null. */
  readonly jobOf: string | null;
  /** The revision of the push that has the hash of this one already, so that this one is not stored; otherwise null. */
  readonly keptPush: string | null;
  /** Errors from bugs in our code that occurred while the job was judged and written. */
  readonly bugs: readonly unknown[];
}

/** Returns the guid of a job, as far as it can be read, or the revision of a push. */
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

/** Returns the project of a job, as far as it can be read. */
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
