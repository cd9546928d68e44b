import type { ParseStatus } from "../../domain/submission.ts";

/** A log that is stored for the first time. */
export interface NewLog {
  /** `_id` of its job. */
  readonly job: string;
  readonly project: string;
  readonly job_guid: string;
  /** The sender of the job's message; see `senderOf`. Workers read the logs of senders in turn. */
  readonly exchange: string;
  readonly name: string;
  readonly url: string;
  /** The host in the URL, with its port. Requests are limited per host. */
  readonly host: string;
  readonly parse_status: ParseStatus;
  /** Why the log will not be read; null if there is no problem. */
  readonly failure: string | null;
  /** ISO 8601; null if pulse-ingest does not read the log. */
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
