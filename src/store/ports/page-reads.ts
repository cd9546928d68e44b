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

/** A push as pages list it. */
export interface PushRow extends ResultSet, PushPlace {
  /** Nobody has submitted it yet: it is only known from its jobs. */
  readonly is_skeleton: boolean;
}

export interface PushQuery {
  readonly project: string;
  /** Only pushes of this author. At most 2,000 pushes are looked at; the page may then be short, and the next one goes on. */
  readonly author?: string;
  /** Seconds since the Unix epoch, both included; see `order_at`. */
  readonly since?: number;
  readonly until?: number;
  /** Only pushes behind this place. */
  readonly before?: PushPlace;
  /** At most 50. */
  readonly limit: number;
}

export interface PushPage {
  readonly pushes: readonly PushRow[];
  /** Where the next page begins, as `before`; null if there is none. */
  readonly next: PushPlace | null;
}

/** A place among the jobs of a push, which are ordered by the time of their last change. */
export interface CellPlace {
  /** ISO 8601, UTC: `last_modified` of a job. `""` is before all. */
  readonly changed: string;
  /** Null is before all jobs of that time. Otherwise an id that a page has returned. */
  readonly id: JobHandle | null;
}

export interface CellQuery {
  /** The id of a push; see `resultSetId`. */
  readonly result_set: string;
  /** Only jobs behind this place. Default: all. */
  readonly after?: CellPlace;
  /** At most 2,000. */
  readonly limit: number;
}

/** What the grid shows of a job, and the job's place. */
export interface GridCell {
  readonly changed: string;
  readonly id: JobHandle;
  readonly cell: JobCell;
  /** The job is not completed, and was coalesced into another one. */
  readonly coalesced: boolean;
}

export interface CellPage {
  readonly cells: readonly GridCell[];
  /**
   * Where the next page begins, as `after`. There always is one: asking again from there returns what has changed since. A job
   * that changes while pages are read is returned again.
   */
  readonly next: CellPlace;
}

export interface SimilarQuery {
  readonly project: string;
  /** See `StoredJob`. */
  readonly signature: string;
  /** Only jobs of pushes behind this place. */
  readonly before?: PushPlace;
  /** At most 20. */
  readonly limit: number;
}

/** A job of the same kind. */
export interface SimilarJob {
  readonly cell: JobCell;
  readonly push: PushPlace & { readonly revision: string };
}

export interface SimilarPage {
  /**
   * By push, the newest first. Pushes are not split, so there may be more jobs than asked for; but of one push no more than that,
   * the last changed ones.
   */
  readonly jobs: readonly SimilarJob[];
  /** Where the next page begins, as `before`; null if there is none. A page may be short, or empty, and have a next one. */
  readonly next: PushPlace | null;
}

/** What the pages list. Every call is answered by an index. */
export interface PageReads {
  /** Returns the projects that have a push, which includes skeletons, in the order of their names; at most 500. */
  listProjects(): Promise<ProjectSummary[]>;
  /** Lists pushes and skeletons by `order_at`, the newest first. */
  listPushes(query: PushQuery): Promise<PushPage>;
  /** Lists the jobs of a push by their last change, the latest last. */
  listCells(query: CellQuery): Promise<CellPage>;
  /** Lists jobs of a kind in the newest pushes of their project. One call looks at 200 pushes at most. */
  listSimilarJobs(query: SimilarQuery): Promise<SimilarPage>;
}
