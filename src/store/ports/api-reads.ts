import type { ListedMember } from "../../domain/listed-members.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ArtifactMaker } from "./job-reads.ts";
import type { StoredLog } from "./log-store.ts";

/** Identifies a job within the store that returned it: the key by which that store sorts jobs. Opaque to callers. */
export type JobHandle = string | number;

/** Selects jobs by a condition that a single index can answer. */
export type JobSelection =
  | { readonly by: "number"; readonly numbers: readonly number[] }
  /** Numbers from the first to the last, both included. */
  | { readonly by: "number-range"; readonly first: number; readonly last: number }
  | { readonly by: "guid"; readonly guids: readonly string[] }
  /** A task id, as a slug or a UUID; see `taskIdForms`. */
  | { readonly by: "task"; readonly task: string }
  /** The ids of pushes; see `resultSetId`. */
  | { readonly by: "push"; readonly pushes: readonly string[] }
  | ({ readonly by: "change"; readonly project: string } & ChangeRange);

/** Selects jobs last changed between `from` and `to`, both included. ISO 8601 as stored; null for no limit. */
export interface ChangeRange {
  readonly from: string | null;
  readonly to: string | null;
}

/** A job with the members that lists show, and related data from other documents. */
export interface ListedJob {
  readonly job: Pick<StoredJob, ListedMember>;
  /** The guid of the job that this one was coalesced into; null if it was not coalesced. */
  readonly coalesced_to: string | null;
  /** The job's push; null if the push no longer exists. */
  readonly push: { readonly rest_id: number; readonly revision: string } | null;
}

/** A listed job with all members. */
export interface ReadJob extends ListedJob {
  readonly job: StoredJob;
}

/** Selects pushes that list at least one revision, which excludes skeletons. */
export interface SubmittedPushQuery {
  readonly project: string;
  /** Seconds since the Unix epoch, both included; null for no limit. */
  readonly from: number | null;
  readonly to: number | null;
  readonly author: string | null;
  readonly skip: number;
  readonly limit: number;
}

/** An artifact without its content. */
export interface ArtifactHead {
  readonly name: string;
  readonly type: string;
  /** Null if it was stored by a version that did not record the maker. */
  readonly made_by: ArtifactMaker | null;
}

/** The names of a job's options, and the hash by which lists of jobs refer to them. */
export interface OptionCollection {
  readonly hash: string;
  readonly options: readonly string[];
}

/** The last log of a page of changed logs. */
export interface LogCursor {
  readonly last_modified: string;
  readonly id: string;
}

/** Lists documents for the read API. Every call uses an index, and returns no more than the given limit. */
export interface ApiReads {
  /**
   * Returns a page of a project's jobs. The relative order of two jobs does not change, unless a retry renames one of them. A job
   * that is added or removed between two calls may shift the later pages. With SQLite, new jobs are always last, so they do not.
   */
  pageOfProject(project: string, skip: number, limit: number): Promise<JobHandle[]>;
  /**
   * Returns the jobs of a selection, in the same order as {@link pageOfProject}. If there are more than `most`, it is not
   * defined which of them are returned.
   *
   * @param project - only jobs of this project; null for all projects.
   */
  selectJobs(selection: JobSelection, project: string | null, most: number): Promise<JobHandle[]>;
  /** Returns jobs in the order of the handles. Jobs that no longer exist are left out. */
  readJobs(handles: readonly JobHandle[]): Promise<ReadJob[]>;
  /** Like {@link readJobs}, but faster: guarantees only the members that lists show. Other members may be present, too. */
  readListed(handles: readonly JobHandle[]): Promise<ListedJob[]>;
  /** Lists pushes by their own timestamp, newest first. */
  listSubmittedPushes(query: SubmittedPushQuery): Promise<ResultSet[]>;
  /** Returns the pushes with these numbers, in any order. */
  findPushes(numbers: readonly number[]): Promise<ResultSet[]>;
  /** Returns a job's artifacts in the order of their arrival. `Job Info` may be among them several times. */
  listArtifacts(project: string, guid: string): Promise<ArtifactHead[]>;
  /** Returns logs that were changed before the cursor, most recently changed first. */
  listChangedLogs(before: LogCursor | null, limit: number): Promise<StoredLog[]>;
  /** Returns the names of projects that have a push or a skeleton, sorted. */
  listProjectNames(limit: number): Promise<string[]>;
  hasProject(project: string): Promise<boolean>;
  /** Returns the combinations of options that jobs have, sorted by hash. */
  listOptionCollections(limit: number): Promise<OptionCollection[]>;
}
