import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { StoredLog } from "./log-store.ts";

/** A job with all that is kept beside it. */
export interface JobView {
  readonly job: StoredJob;
  /** Guid of the job that this one was coalesced into. */
  readonly coalesced_to: string | null;
  readonly logs: readonly StoredLog[];
  /** Names, in the order of arrival; `Job Info` once. */
  readonly artifacts: readonly string[];
}

/** Who made an artifact: a message brought it, or it was made here from a log or from a submitted summary. */
export type ArtifactMaker = "message" | "log" | "summary";

export interface ExplainedArtifact {
  readonly name: string;
  /** `Job Info` may have several makers; empty: stored by a version that did not record it. */
  readonly made_by: readonly ArtifactMaker[];
}

/** Bug suggestions that are still to be made from a submitted summary. */
export interface StoredSuggestions {
  readonly attempts: number;
  /** Null: they have failed for good. */
  readonly next_attempt_at: string | null;
  readonly failure: string | null;
}

/** Everything that is known about a job. */
export interface ExplainedJob extends Omit<JobView, "artifacts"> {
  /** Null where it no longer exists. */
  readonly result_set: ResultSet | null;
  readonly artifacts: readonly ExplainedArtifact[];
  readonly suggestions: readonly StoredSuggestions[];
}

/** Jobs, their artifacts and their pushes, for CLI, API and pages. */
export interface JobReads {
  findJob(project: string, guid: string): Promise<JobView | null>;
  /** The same guid may be a job of several projects; also by task id (the guid up to its last `/`), as a slug or a UUID. */
  findJobsByGuid(guidOrTaskId: string): Promise<ExplainedJob[]>;
  /** `Job Info` comes merged: details in the order of arrival, without duplicates. */
  findArtifact(project: string, guid: string, name: string): Promise<Artifact | null>;
  findResultSet(project: string, revision: string): Promise<ResultSet | null>;
  /** For people and tests: documents per collection. */
  countDocuments(): Promise<Readonly<Record<string, number>>>;
}
