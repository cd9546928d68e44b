import type { ParseStatus } from "../../domain/submission.ts";

/** A log as it is first stored. */
export interface NewLog {
  /** `_id` of its job. */
  readonly job: string;
  readonly project: string;
  readonly job_guid: string;
  /** Exchanges take turns at having their logs read. */
  readonly exchange: string;
  readonly name: string;
  readonly url: string;
  /** What limits per host count by. */
  readonly host: string;
  readonly parse_status: ParseStatus;
  /** Why it is not to be read; null where nothing is wrong. */
  readonly failure: string | null;
  /** ISO 8601; null: not to be read here. */
  readonly next_attempt_at: string | null;
  readonly last_modified: string;
}

/** Suggestions to make from a submitted summary. */
export interface NewSuggestions {
  readonly project: string;
  readonly job_guid: string;
  readonly exchange: string;
  readonly blob: string;
  readonly next_attempt_at: string;
}
