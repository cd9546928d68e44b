import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { StoredLog } from "./log-store.ts";

/** A job with its logs and the names of its artifacts. */
export interface JobView {
  readonly job: StoredJob;
  /** Guid of the job that this one was coalesced into; null if there is none. */
  readonly coalesced_to: string | null;
  readonly logs: readonly StoredLog[];
  /** Names, each once, in the order of arrival. */
  readonly artifacts: readonly string[];
}

/** The source of an artifact: a message brought it, or it was made here from a log or from a submitted summary. */
export type ArtifactMaker = "message" | "log" | "summary";

export interface ExplainedArtifact {
  readonly name: string;
  /** `Job Info` may have several makers. Empty if a version stored it that did not record them. */
  readonly made_by: readonly ArtifactMaker[];
}

/** Bug suggestions that still have to be made from a submitted summary. */
export interface StoredSuggestions {
  readonly attempts: number;
  /** ISO 8601; null if they have failed for good. */
  readonly next_attempt_at: string | null;
  readonly failure: string | null;
}

/** Everything that is known about a job. */
export interface ExplainedJob extends Omit<JobView, "artifacts"> {
  /** Null if it no longer exists. */
  readonly result_set: ResultSet | null;
  readonly artifacts: readonly ExplainedArtifact[];
  readonly suggestions: readonly StoredSuggestions[];
}

/** Reads jobs, their artifacts and their pushes, for CLI, API and pages. */
export interface JobReads {
  findJob(project: string, guid: string): Promise<JobView | null>;
  /**
   * Finds at most a hundred jobs, by their project and then by their guid: the job with this guid comes before its runs. A task id is
   * the guid up to its last `/`, and may be a slug or a UUID.
   *
   * @param project - only jobs of this project; null, the default, for all.
   */
  findJobsByGuid(guidOrTaskId: string, project?: string | null): Promise<ExplainedJob[]>;
  /** Returns `Job Info` merged: its details in the order of arrival, without duplicates. */
  findArtifact(project: string, guid: string, name: string): Promise<Artifact | null>;
  findResultSet(project: string, revision: string): Promise<ResultSet | null>;
  /** Returns the pushes with these top revisions, in no particular order. Unknown revisions are left out. */
  findResultSets(project: string, revisions: readonly string[]): Promise<ResultSet[]>;
  /** Returns the number of documents of each collection, for people and tests. */
  countDocuments(): Promise<Readonly<Record<string, number>>>;
}
