import type { ParseStatus } from "../../domain/submission.ts";

/** A log that is stored for the first time. */
export interface NewLog {
  /** `_id` of its job. */
  readonly job: string;
  readonly project: string;
  readonly job_guid: string;
  /** Its sender, see `senderOf`. Senders take turns at having their logs read. */
  readonly exchange: string;
  readonly name: string;
  readonly url: string;
  /** The host in the URL, with its port. There are limits for each host. */
  readonly host: string;
  readonly parse_status: ParseStatus;
  /** Why it will not be read; null if nothing is wrong. */
  readonly failure: string | null;
  /** ISO 8601; null if it is not read here. */
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
