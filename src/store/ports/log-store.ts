import type { ParseStatus } from "../../domain/submission.ts";

export interface StoredLog {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  readonly name: string;
  readonly url: string;
  readonly parse_status: ParseStatus;
  readonly attempts: number;
  /** When it is tried next, in ISO 8601; null if it is not waiting to be read. */
  readonly next_attempt_at: string | null;
  /** Why the last attempt failed. */
  readonly failure: string | null;
  readonly last_modified: string;
}

export interface LogQuery {
  readonly project?: string;
  /** Its task id may be a slug or a UUID; see `taskIdForms`. */
  readonly job_guid?: string;
  readonly parse_status?: ParseStatus;
  /** ISO 8601: changed at this time or later. */
  readonly since?: string;
  readonly limit: number;
}

/** Lists the logs of jobs for people, and has logs read again. */
export interface LogStore {
  /** Newest first. */
  listLogs(query: LogQuery): Promise<StoredLog[]>;
  /** Makes logs due again, with no attempts made. Returns how many. */
  reparseLogs(query: LogQuery): Promise<number>;
}
