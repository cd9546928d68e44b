import type { FaultReason } from "../../src/domain/faults.ts";
import type { JobState } from "../../src/domain/job-state.ts";

/** The effect that one job message must have had at the end. */
export type Expected = ExpectedJob | { readonly kind: "skipped" } | ExpectedRejection;

export interface ExpectedJob {
  readonly kind: "accepted";
  /** `_id` of the job document. */
  readonly job: string;
  readonly state: JobState;
  readonly result: string;
  /** Owner of the job, which shows from which message the document's fields were taken. */
  readonly who: string;
  readonly resultSet: string;
  /** Names of artifacts, once for each document, including those made from its log or summary. */
  readonly artifacts: readonly string[];
  /** The final status of each log, by `_id`. */
  readonly logs: Readonly<Record<string, string>>;
  /** `_id` of each job that was coalesced into this one. */
  readonly coalesced: readonly string[];
}

export interface ExpectedRejection {
  readonly kind: "rejected";
  readonly reason: FaultReason;
  /** The hash of the payload, by which a rejection is found. */
  readonly sha256: string;
}

/** One message for the broker, and the expected effect of each job in it. */
export interface Message {
  readonly body: Buffer;
  readonly jobs: readonly Expected[];
}
