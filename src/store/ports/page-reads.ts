import type { JobCell } from "../../domain/job-cell.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { JobHandle } from "./api-reads.ts";

export interface ProjectSummary {
  readonly project: string;
  /** `order_at` of the project's newest push, in seconds since the Unix epoch; see `ResultSet`. */
  readonly newest_order_at: number;
}

/** The place of a push in the list of its project's pushes. */
export interface PushPlace {
  /** Seconds since the Unix epoch; see `ResultSet`. */
  readonly order_at: number;
  readonly id: string;
}

/** A push in a list on a page. */
export interface PushRow extends ResultSet, PushPlace {
  /** True if nobody has submitted the push yet, so it is only known from its jobs. */
  readonly is_skeleton: boolean;
}

export interface PushQuery {
  readonly project: string;
  /** Only pushes of this author. One call searches at most 2,000 pushes, so a page may be short and still have a next page. */
  readonly author?: string;
  /** Limits on `order_at`, in seconds since the Unix epoch, both included. */
  readonly since?: number;
  readonly until?: number;
  /** Only pushes after this place in the list, which are older. */
  readonly before?: PushPlace;
  /** At most 50. */
  readonly limit: number;
}

export interface PushPage {
  readonly pushes: readonly PushRow[];
  /** Pass this as `before` to get the next page; null after the last page. */
  readonly next: PushPlace | null;
}

/** A place among the jobs of a push, which are ordered by the time of their last change. */
export interface CellPlace {
  /** `last_modified` of a job, in ISO 8601, UTC. `""` is before all jobs. */
  readonly changed: string;
  /** An id that a page has returned; null is before all jobs that changed at that time. */
  readonly id: JobHandle | null;
}

export interface CellQuery {
  /** The id of a push; see `resultSetId`. */
  readonly result_set: string;
  /** Only jobs after this place. Default: all jobs. */
  readonly after?: CellPlace;
  /** At most 2,000. */
  readonly limit: number;
}

/** A job's cell in the grid, with the job's place in the list. */
export interface GridCell {
  readonly changed: string;
  readonly id: JobHandle;
  readonly cell: JobCell;
  /** True if the job is not completed and was coalesced into another job. */
  readonly coalesced: boolean;
}

export interface CellPage {
  readonly cells: readonly GridCell[];
  /**
   * Pass this as `after` to get the next page. It is never null: asking again later returns the jobs that have changed since. A
   * job that changes while pages are being read is returned again.
   */
  readonly next: CellPlace;
}

export interface SimilarQuery {
  readonly project: string;
  /** See `StoredJob`. */
  readonly signature: string;
  /** Only jobs of pushes after this place in the list, which are older. */
  readonly before?: PushPlace;
  /** At most 20. */
  readonly limit: number;
}

/** A job with the same signature. */
export interface SimilarJob {
  readonly cell: JobCell;
  readonly push: PushPlace & { readonly revision: string };
}

export interface SimilarPage {
  /**
   * Jobs ordered by push, newest first. A push is never split across pages, so a page may have more jobs than `limit`. But at most
   * `limit` jobs of one push are returned: those that changed last.
   */
  readonly jobs: readonly SimilarJob[];
  /** Pass this as `before` to get the next page; null after the last page. Even a short or empty page may have a next page. */
  readonly next: PushPlace | null;
}

/** Lists documents for the web pages. Every call uses an index. */
export interface PageReads {
  /** Returns the projects that have a push or a skeleton, sorted by name; at most 500. */
  listProjects(): Promise<ProjectSummary[]>;
  /** Lists pushes and skeletons by `order_at`, newest first. */
  listPushes(query: PushQuery): Promise<PushPage>;
  /** Lists the jobs of a push in the order of their last change, most recently changed last. */
  listCells(query: CellQuery): Promise<CellPage>;
  /** Lists jobs with the same signature in the newest pushes of their project. One call searches at most 200 pushes. */
  listSimilarJobs(query: SimilarQuery): Promise<SimilarPage>;
}
