import type { StoredJob } from "../../domain/stored-job.ts";
import type { ParseStatus } from "../../domain/submission.ts";
import type { JobInfoEntry } from "../shown-job.ts";
import type { LogTrouble } from "./log-trouble.ts";

/** The data of the log page, apart from the lines. All texts come from untrusted senders. Passwords in URLs are replaced by `***`. */
export interface ViewedLog {
  readonly job: Omit<StoredJob, "refused" | "transitions" | "write_id" | "rest_id" | "last_modified">;
  /** Guid of the job that this one was coalesced into; null if there is none. */
  readonly coalesced_to: string | null;
  /** The revision of its push; null if the push no longer exists. */
  readonly revision: string | null;
  /** The job's `Job Info`, sorted by title. */
  readonly details: readonly JobInfoEntry[];
  /** Whether there are more entries than `details`. */
  readonly has_more_details: boolean;
  /** The logs that can be chosen, in the order of arrival. */
  readonly logs: readonly LogChoice[];
  /** The log that is shown; null if the job has no such log. */
  readonly chosen: LogChoice | null;
  /** The name of the requested log; null if none was named. */
  readonly wanted: string | null;
  /** The source of the wanted name: the address, or the `logname` of the job's summary. */
  readonly wanted_by: "address" | "summary";
  /** Whether steps and errors are known. */
  readonly summary: LogSummaryState;
  readonly steps: readonly ViewedStep[];
  /** The numbers of the failing lines, ascending and without duplicates. Empty if no summary names them; see {@link hasNoSummary}. */
  readonly failing: readonly number[];
  /** The lines at which to open the log if the address names none; null for the top. */
  readonly opens_at: { readonly first: number; readonly last: number } | null;
}

/** `of-this-log`: the summary was made from the shown log. `of-another-log`: it was made from another log. `none`: there is no summary yet. */
export type LogSummaryState = "of-this-log" | "of-another-log" | "unreadable" | "none";

/** Returns whether no summary names the failing lines of the shown log. If so, its text can be searched for them. */
export function hasNoSummary({ summary }: Pick<ViewedLog, "summary">): boolean {
  return summary !== "of-this-log";
}

export interface LogChoice {
  readonly name: string;
  readonly url: string;
  readonly parse_status: ParseStatus;
}

export interface ViewedStep {
  /** Counted from 0. */
  readonly order: number;
  readonly name: string;
  readonly result: string;
  /** Text from the log, or seconds since the Unix epoch; null if it is not known. */
  readonly started: string | number | null;
  readonly finished: string | number | null;
  /** The duration in seconds; null if it is not known. */
  readonly duration: number | null;
  /** The number of the step's first line, from 0; null if it is not known. */
  readonly first_line: number | null;
  readonly last_line: number | null;
  readonly error_count: number;
  /** The first errors. `error_count` counts all of them. */
  readonly errors: readonly ViewedError[];
}

export interface ViewedError {
  readonly line: string;
  /** The number of the line, from 0; null if it is not known. */
  readonly line_number: number | null;
}

/** The size and the age of the text of a log. */
export interface ViewedText {
  /** The number of lines. */
  readonly total: number;
  readonly bytes: number;
  /** False if the job was not completed when the log was fetched, so that the log may have grown since. */
  readonly is_final: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly fetched_at: number;
}

/** A line without its line end and, if it was cut, the number of bytes of the whole line. */
export type ViewedLine = readonly [text: string] | readonly [text: string, wholeBytes: number];

/** The answer if the log cannot be shown now. */
export type LogNotThere =
  | { readonly state: "fetching"; readonly bytes: number }
  | ({ readonly state: "failed" } & LogTrouble & {
        /** One of the reasons of `TextFailure`. */
        readonly reason: string;
        readonly detail: string;
      });

/** The answer of `/api/log/lines`. */
export type LinesAnswer =
  | {
      readonly state: "lines";
      readonly text: ViewedText;
      /** The number of the first of these lines. */
      readonly from: number;
      readonly lines: readonly ViewedLine[];
    }
  | LogNotThere;

/** The answer of `/api/log/find`; see `Found`. */
export type FindAnswer =
  | {
      readonly state: "found";
      readonly text: ViewedText;
      readonly count: number;
      readonly before: number;
      readonly near: readonly number[];
      readonly buckets: readonly number[];
    }
  | LogNotThere;

/** The answer of `/api/log/errors`; see `TextErrors`. */
export type ErrorsAnswer =
  | {
      readonly state: "errors";
      readonly text: ViewedText;
      readonly lines: readonly number[];
      readonly is_whole: boolean;
    }
  | LogNotThere;
