import type { ParseStatus } from "../../domain/submission.ts";

export interface StoredLog {
  readonly id: string;
  readonly project: string;
  readonly job_guid: string;
  readonly name: string;
  readonly url: string;
  readonly parse_status: ParseStatus;
  readonly attempts: number;
  /** When the log will be read next, in ISO 8601; null if it is not waiting to be read. */
  readonly next_attempt_at: string | null;
  /** Why the last attempt failed, or why the log is not read at all; null if there is no problem. */
  readonly failure: string | null;
  readonly last_modified: string;
}

export interface LogQuery {
  readonly project?: string;
  /** The task id in it may be a slug or a UUID; see `taskIdForms`. */
  readonly job_guid?: string;
  readonly parse_status?: ParseStatus;
  /** Only logs that changed at this time or later, in ISO 8601. */
  readonly since?: string;
  readonly limit: number;
}

/** Lists the logs of jobs for people, and schedules logs to be read again. */
export interface LogStore {
  /** Lists logs, newest first. */
  listLogs(query: LogQuery): Promise<StoredLog[]>;
  /** Makes logs due again and resets their count of attempts. Returns how many logs were changed. */
  reparseLogs(query: LogQuery): Promise<number>;
}
