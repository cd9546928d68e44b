import type { ListedMember } from "../../domain/listed-members.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ArtifactMaker } from "./job-reads.ts";
import type { StoredLog } from "./log-store.ts";

/** Names a job for the store that returned it: what it sorts jobs by. Callers only pass it back. */
export type JobHandle = string | number;

/** A choice of jobs that one index can make. */
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

/** ISO 8601 as stored: changed at `from` or later, and at `to` or earlier; null for no limit. */
export interface ChangeRange {
  readonly from: string | null;
  readonly to: string | null;
}

/** A job as lists show it, with what is stored elsewhere. */
export interface ListedJob {
  readonly job: Pick<StoredJob, ListedMember>;
  /** Guid of the job that this one was coalesced into; null if there is none. */
  readonly coalesced_to: string | null;
  /** Its push; null if it no longer exists. */
  readonly push: { readonly rest_id: number; readonly revision: string } | null;
}

/** The same with the whole job. */
export interface ReadJob extends ListedJob {
  readonly job: StoredJob;
}

/** Selects pushes that list revisions; a skeleton lists none. */
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
  /** Null if a version stored it that did not record its maker. */
  readonly made_by: ArtifactMaker | null;
}

/** The names of a job's options, and the hash by which lists of jobs refer to them. */
export interface OptionCollection {
  readonly hash: string;
  readonly options: readonly string[];
}

/** Where a page of changed logs ended. */
export interface LogCursor {
  readonly last_modified: string;
  readonly id: string;
}

/** Lists of documents for the read API. Every call is answered by an index, and returns no more than it is asked for. */
export interface ApiReads {
  /**
   * Returns a page of a project's jobs in an order that never changes for a job that is there, so that pages neither repeat
   * nor miss it.
   */
  pageOfProject(project: string, skip: number, limit: number): Promise<JobHandle[]>;
  /**
   * Returns the jobs of a selection, in that same order; any of them if there are more than `most`.
   *
   * @param project - only jobs of this project; null for all.
   */
  selectJobs(selection: JobSelection, project: string | null, most: number): Promise<JobHandle[]>;
  /** Returns jobs in the order of the handles. A job that is no longer there is left out. */
  readJobs(handles: readonly JobHandle[]): Promise<ReadJob[]>;
  /** Returns the same with fewer members of each job, for lists: reading all of them takes longer. Others may be there, too. */
  readListed(handles: readonly JobHandle[]): Promise<ListedJob[]>;
  /** Newest first: by the push's own timestamp. */
  listSubmittedPushes(query: SubmittedPushQuery): Promise<ResultSet[]>;
  /** Returns the pushes with these numbers, in any order. */
  findPushes(numbers: readonly number[]): Promise<ResultSet[]>;
  /** Returns a job's artifacts in the order of their arrival. `Job Info` may be among them several times. */
  listArtifacts(project: string, guid: string): Promise<ArtifactHead[]>;
  /** Returns logs that were changed before the cursor, the last changed first. */
  listChangedLogs(before: LogCursor | null, limit: number): Promise<StoredLog[]>;
  /** Returns the projects that have a push, which includes skeletons, in the order of their names. */
  listProjectNames(limit: number): Promise<string[]>;
  hasProject(project: string): Promise<boolean>;
  /** Returns all combinations of options that jobs have, in the order of their hashes. */
  listOptionCollections(limit: number): Promise<OptionCollection[]>;
}
