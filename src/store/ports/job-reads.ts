import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import type { StoredLog } from "./log-store.ts";

/** A job with its logs and the names of its artifacts. */
export interface JobView {
  readonly job: StoredJob;
  /** The guid of the job that this one was coalesced into; null if it was not coalesced. */
  readonly coalesced_to: string | null;
  readonly logs: readonly StoredLog[];
  /** Distinct names, in the order of arrival. */
  readonly artifacts: readonly string[];
}

/** The source of an artifact: it was part of a message, or pulse-ingest made it from a log or from a submitted summary. */
export type ArtifactMaker = "message" | "log" | "summary";

export interface ExplainedArtifact {
  readonly name: string;
  /** `Job Info` may have several makers. Empty if it was stored by a version that did not record them. */
  readonly made_by: readonly ArtifactMaker[];
}

/** Bug suggestions that still have to be made from a submitted summary. */
export interface StoredSuggestions {
  readonly attempts: number;
  /** ISO 8601; null if there will be no further attempt. */
  readonly next_attempt_at: string | null;
  readonly failure: string | null;
}

/** Everything that the store knows about a job. */
export interface ExplainedJob extends Omit<JobView, "artifacts"> {
  /** The job's push; null if the push no longer exists. */
  readonly result_set: ResultSet | null;
  readonly artifacts: readonly ExplainedArtifact[];
  readonly suggestions: readonly StoredSuggestions[];
}

/** Reads jobs, their artifacts and their pushes, for CLI, API and pages. */
export interface JobReads {
  findJob(project: string, guid: string): Promise<JobView | null>;
  /**
   * Returns at most a hundred jobs, sorted by project and then by guid, so the job with exactly this guid is before the runs of the
   * task. A task id is the part of a guid before its last `/`, and may be a slug or a UUID.
   *
   * @param project - only jobs of this project; null, the default, for all projects.
   */
  findJobsByGuid(guidOrTaskId: string, project?: string | null): Promise<ExplainedJob[]>;
  /** Returns an artifact. All `Job Info` of a job are merged into one: their details in the order of arrival, without duplicates. */
  findArtifact(project: string, guid: string, name: string): Promise<Artifact | null>;
  findResultSet(project: string, revision: string): Promise<ResultSet | null>;
  /** Returns the pushes with these top revisions, in no particular order. Unknown revisions are left out. */
  findResultSets(project: string, revisions: readonly string[]): Promise<ResultSet[]>;
  /** Returns the number of documents of each collection, for people and tests. */
  countDocuments(): Promise<Readonly<Record<string, number>>>;
}
