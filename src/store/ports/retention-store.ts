/** Selects the expired jobs of a project by the time of their last change. Times are in ISO 8601. */
export interface ExpiryQuery {
  readonly project: string;
  /** A completed job has expired if it was last changed before this time. */
  readonly finishedBefore: string;
  /** Any other job has expired if it was last changed before this time. Never later than `finishedBefore`. */
  readonly unfinishedBefore: string;
}

/** An expired job, in the version that was found. */
export interface ExpiredJob {
  /** See `jobId`. */
  readonly id: string;
  readonly version: number;
  readonly last_modified: string;
}

export interface ExpiredJobs {
  readonly jobs: readonly ExpiredJob[];
  /** Pass this as `after` to get the next page; null after the last page. Even an empty page may have a next page. */
  readonly next: string | null;
}

/** Counts the documents that a call removed. */
export interface RemovedJobs {
  /** How many of the given jobs, from the first on, were handled: at least one. Pass the others to the next call. */
  readonly handled: number;
  readonly jobs: number;
  readonly artifacts: number;
  readonly logs: number;
  /** Removed work items for bug suggestions. */
  readonly suggestions: number;
  /** Removed records that a job was coalesced into another job. */
  readonly coalesced: number;
  /** The URLs of the removed logs. */
  readonly logUrls: readonly string[];
}

export interface RemovedPushes {
  readonly removed: number;
  /** Pass this as `after` to continue; null at the end. */
  readonly next: string | null;
}

/** Counts the documents of a project that would be removed. */
export interface ExpiryCounts {
  readonly jobs: number;
  readonly artifacts: number;
  readonly logs: number;
  /** Pushes that would have no jobs left, and are old enough themselves. */
  readonly pushes: number;
  /** The last change of the oldest job that would be kept, in ISO 8601; null if no job would be kept. */
  readonly oldest_kept: string | null;
}

/** The kinds of documents that each have their own expiry time. */
export type OutdatedKind = "rejections" | "nonces";

/**
 * Removes expired documents in small steps. Several workers may do so at the same time, while others write the same jobs. A reader
 * always sees either a complete job or no job.
 */
export interface RetentionStore {
  /**
   * Completes the removal of jobs that a worker left half removed when it was killed. Readers already do not see these jobs.
   * Returns the number of jobs.
   */
  finishRemovals(): Promise<number>;
  /**
   * Returns a page of expired jobs, roughly oldest first. Remove them before you ask for the next page: until then, the same page
   * may be returned again.
   *
   * @param after - `next` of the previous page; null for the first page.
   */
  findExpiredJobs(query: ExpiryQuery, after: string | null, limit: number): Promise<ExpiredJobs>;
  /**
   * Removes jobs with everything that belongs to them. A job that has changed since it was found is kept, with everything that
   * belongs to it. A removed job that is submitted again is stored as a new job.
   */
  removeJobs(jobs: readonly ExpiredJob[]): Promise<RemovedJobs>;
  /**
   * Checks some pushes of a project, and removes those that have no jobs and were last changed before `before`. With MongoDB, a first
   * call only marks a push, and a call at least five minutes later removes it, because a writer may be adding a job to the push.
   *
   * @param limit - how many pushes to check.
   */
  removePushes(project: string, before: string, after: string | null, limit: number): Promise<RemovedPushes>;
  /** Removes expired documents. Returns the number removed, which is less than the limit if there are no more. */
  removeOutdated(kind: OutdatedKind, limit: number): Promise<number>;
  /** Counts the documents that would be removed. It reads all of them, and may take minutes. */
  countExpired(query: ExpiryQuery): Promise<ExpiryCounts>;
  countOutdated(kind: OutdatedKind): Promise<number>;
  /**
   * Returns a small part of the store's unused space to the file system, if there is much of it. Does nothing with a database
   * server, which manages its own space.
   *
   * @returns the number of bytes freed; 0 if too little is unused.
   */
  reclaimSpace(): Promise<number>;
}
