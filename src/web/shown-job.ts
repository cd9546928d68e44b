import type { ResultSet } from "../domain/result-set.ts";
import type { StoredJob } from "../domain/stored-job.ts";
import type { ParseStatus, Refusal } from "../domain/submission.ts";

/**
 * The data of one job that the pages show, for all tabs: the answer of `/api/job`. The server and the browser draw the same panel from
 * it. Passwords in URLs are replaced by `***`, and no REST client is named. All texts come from untrusted senders.
 */
export interface ShownJob {
  readonly job: JobFacts;
  /** Its push; null if it no longer exists. */
  readonly push: Pick<ResultSet, "revision" | "author" | "push_timestamp"> | null;
  /** Guid of the job that this one was coalesced into; null if there is none. */
  readonly coalesced_to: string | null;
  /** The job's `Job Info`, sorted by title. */
  readonly details: readonly JobInfoEntry[];
  /** Whether there are more entries than `details`. */
  readonly has_more_details: boolean;
  readonly failures: FailureSummary;
  readonly performance: PerformanceRows;
  /** In the order of arrival. */
  readonly logs: readonly LogOfJob[];
  readonly history: JobHistory;
  readonly data: readonly ArtifactText[];
  /** The usual duration of jobs of the same kind, in seconds; null if it is not known, or if the job has ended. */
  readonly typical_seconds: number | null;
  /** Jobs of the same kind, those of the newest pushes first. Null if they were not requested, because only one tab shows them. */
  readonly similar: readonly SimilarRow[] | null;
  /** The address of a bug in the bug tracker, up to the number of the bug. */
  readonly bug_address: string;
  /** When the store was read, in ISO 8601. */
  readonly read_at: string;
}

/** The fields of the job document that are shown. */
export type JobFacts = Omit<StoredJob, "refused" | "transitions" | "write_id" | "rest_id" | "last_modified">;

/** One entry of `Job Info`. */
export interface JobInfoEntry {
  /** `raw_html`: the value is untrusted HTML. `link`: the entry has a URL. */
  readonly kind: "text" | "link" | "raw_html";
  /** The title; null or empty if the publisher gives none. */
  readonly title: string | null;
  readonly value: string;
  /** The address of a link; null for other entries. It may have any scheme, or be no URL at all. */
  readonly url: string | null;
}

/** The failures of a job, from the artifacts `Bug suggestions` and `text_log_summary`. */
export interface FailureSummary {
  /** Distinct lines, in the order of their first appearance. */
  readonly lines: readonly FailureLine[];
  /** Whether there are more lines than `lines`. */
  readonly is_cut: boolean;
  /** The log that the line numbers belong to; null if the job has no summary of a log. */
  readonly log_name: string | null;
  /** The steps that did not succeed. Empty if there are lines. */
  readonly steps: readonly FailedStep[];
}

/** An error line, with the bugs that may be its cause. */
export interface FailureLine {
  readonly search: string;
  /** The number of times that the line appears. */
  readonly count: number;
  /** Its first line numbers in the log, from 0. Empty if they are unknown. */
  readonly line_numbers: readonly number[];
  readonly open_bugs: readonly LinkedBug[];
  readonly other_bugs: readonly LinkedBug[];
  /** Whether so many bugs were found that most of them must be wrong. If so, they are left out. */
  readonly has_too_many: boolean;
}

export interface LinkedBug {
  readonly id: number;
  readonly summary: string;
  /** Empty if the bug is open. */
  readonly resolution: string;
}

export interface FailedStep {
  readonly name: string;
  readonly result: string;
  /** Its last line in the log, from 0; null if it is unknown. */
  readonly last_line: number | null;
}

export interface PerformanceRows {
  readonly rows: readonly PerformanceRow[];
  readonly is_cut: boolean;
}

export interface PerformanceRow {
  readonly framework: string;
  readonly suite: string;
  /** The test; null for the value of the suite itself. */
  readonly subtest: string | null;
  readonly value: number;
  readonly unit: string | null;
}

export interface LogOfJob {
  readonly name: string;
  readonly url: string;
  readonly parse_status: ParseStatus;
  readonly attempts: number;
  /** ISO 8601; null if it is not waiting to be read. */
  readonly next_attempt_at: string | null;
  /** Why the last attempt failed. */
  readonly failure: string | null;
  /** Whether workers parse pending logs with this name. Other logs are left to those who submitted them. */
  readonly is_read_here: boolean;
}

/** The messages that changed the job, and what was made of them. */
export interface JobHistory {
  /** The first one and the last nine, oldest first. */
  readonly transitions: readonly ShownTransition[];
  readonly refused: readonly Refusal[];
  /** The names of all artifacts, and who made each, in words; in the order of arrival. */
  readonly made: readonly { readonly name: string; readonly made_by: string }[];
  /** Bug suggestions that still have to be made from a submitted summary. */
  readonly suggestions: readonly WaitingSuggestions[];
  /** Messages of the same task that were rejected, newest first. */
  readonly rejections: readonly ShownRejection[];
  /** Whether there are more rejections than `rejections`. */
  readonly has_more_rejections: boolean;
}

export interface ShownTransition {
  readonly state: string;
  readonly result: string | null;
  /** ISO 8601. */
  readonly received_at: string;
  /** The exchange, or words that say that it arrived over REST. */
  readonly from: string;
  /** The routing key, or the path that it was posted to. */
  readonly by: string;
  readonly redelivered: boolean;
}

export interface WaitingSuggestions {
  readonly attempts: number;
  /** ISO 8601; null if they have failed for good. */
  readonly next_attempt_at: string | null;
  readonly failure: string | null;
}

export interface ShownRejection {
  readonly id: string;
  readonly reason: string;
  readonly count: number;
  /** ISO 8601. */
  readonly last_seen: string;
  readonly from: string;
  /** The first few. */
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
}

/** A job of the same kind. */
export interface SimilarRow
  extends Pick<StoredJob, "state" | "result" | "submit_timestamp" | "start_timestamp" | "end_timestamp"> {
  readonly guid: string;
  /** The revision of its push. */
  readonly revision: string;
  /** The time of its push, in seconds since the Unix epoch. */
  readonly order_at: number;
}

/** An artifact as text. */
export interface ArtifactText {
  readonly name: string;
  readonly type: string;
  /** Who made it, in words. */
  readonly made_by: string;
  /** The size of the whole artifact. */
  readonly bytes: number;
  /** The beginning of the artifact; JSON with a line for each member. */
  readonly text: string;
  readonly is_cut: boolean;
}
