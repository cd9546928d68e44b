/** The jobs of a project that may go, by the time of their last change. Times are in ISO 8601. */
export interface ExpiryQuery {
  readonly project: string;
  /** A completed job goes if it was last changed before this time. */
  readonly finishedBefore: string;
  /** Any other job goes if it was last changed before this time, which is no later. */
  readonly unfinishedBefore: string;
}

/** A job that may go, in the version that was found. */
export interface ExpiredJob {
  /** See `jobId`. */
  readonly id: string;
  readonly version: number;
  readonly last_modified: string;
}

export interface ExpiredJobs {
  readonly jobs: readonly ExpiredJob[];
  /** Where to go on, as `after`; null at the end. A page may be empty and have a next one. */
  readonly next: string | null;
}

/** What has gone. */
export interface RemovedJobs {
  /** How many of the jobs, from the first on, were dealt with: at least one. The others are left for the next call. */
  readonly handled: number;
  readonly jobs: number;
  readonly artifacts: number;
  readonly logs: number;
  /** Work items. */
  readonly suggestions: number;
  /** Marks that a job was coalesced into another one. */
  readonly coalesced: number;
  /** The URLs of the logs. */
  readonly logUrls: readonly string[];
}

export interface RemovedPushes {
  readonly removed: number;
  /** Where to go on, as `after`; null at the end. */
  readonly next: string | null;
}

/** What would go of a project. */
export interface ExpiryCounts {
  readonly jobs: number;
  readonly artifacts: number;
  readonly logs: number;
  /** Pushes that would be without jobs then, and are old enough themselves. */
  readonly pushes: number;
  /** The last change of the oldest job that stays, in ISO 8601; null if none does. */
  readonly oldest_kept: string | null;
}

/** Documents that have a time of expiry of their own. */
export type OutdatedKind = "rejections" | "nonces";

/**
 * Removes what is older than it should be, in small steps. Several workers may do it at the same time, while others write the same
 * jobs. A reader sees a job whole or not at all.
 */
export interface RetentionStore {
  /** Removes the rest of jobs that a worker has left half removed, because it was killed. Returns how many. Readers have not seen them since then. */
  finishRemovals(): Promise<number>;
  /**
   * Returns a page of the jobs that may go, about the oldest first. Remove them before you ask for the next page: until then a
   * page may be returned again.
   *
   * @param after - null: from the beginning.
   */
  findExpiredJobs(query: ExpiryQuery, after: string | null, limit: number): Promise<ExpiredJobs>;
  /**
   * Removes jobs with everything that belongs to them. A job that has changed since it was found stays, with everything that
   * belongs to it. One that comes again is stored as new.
   */
  removeJobs(jobs: readonly ExpiredJob[]): Promise<RemovedJobs>;
  /**
   * Looks at some pushes of a project, and removes those without jobs that were last changed before a time. With MongoDB it takes
   * two calls, at least five minutes apart: a writer may just be adding a job to the push.
   *
   * @param limit - how many pushes to look at.
   */
  removePushes(project: string, before: string, after: string | null, limit: number): Promise<RemovedPushes>;
  /** Removes documents whose time is up. Returns how many; fewer than the limit if there are no more. */
  removeOutdated(kind: OutdatedKind, limit: number): Promise<number>;
  /** Counts what would go. It reads all of that, and may take minutes. */
  countExpired(query: ExpiryQuery): Promise<ExpiryCounts>;
  countOutdated(kind: OutdatedKind): Promise<number>;
  /**
   * Gives a little of the space that the store does not use back to the system, if there is much of it. A server does that by
   * itself.
   *
   * @returns how many bytes; 0 if there is not much left.
   */
  reclaimSpace(): Promise<number>;
}
