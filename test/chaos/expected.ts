import type { FaultReason } from "../../src/domain/faults.ts";
import type { JobState } from "../../src/domain/job-state.ts";

/** What one job message must have caused when all is done. */
export type Expected = ExpectedJob | { readonly kind: "skipped" } | ExpectedRejection;

export interface ExpectedJob {
  readonly kind: "accepted";
  /** `_id` of the job document. */
  readonly job: string;
  readonly state: JobState;
  readonly result: string;
  /** Owner of the job, by which the document tells whose fields it holds. */
  readonly who: string;
  readonly resultSet: string;
  /** Names, one a document; those that are made of its log or summary included. */
  readonly artifacts: readonly string[];
  /** `_id` to the status that it ends in. */
  readonly logs: Readonly<Record<string, string>>;
  /** `_id` of each job that went into this one. */
  readonly coalesced: readonly string[];
}

export interface ExpectedRejection {
  readonly kind: "rejected";
  readonly reason: FaultReason;
  /** Of the payload: what a rejection is found by. */
  readonly sha256: string;
}

/** One message for the broker, and what becomes of each job in it. */
export interface Message {
  readonly body: Buffer;
  readonly jobs: readonly Expected[];
}
