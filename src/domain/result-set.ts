export interface Revision {
  readonly revision: string;
  readonly author: string;
  readonly comment: string | null;
  readonly repository: string;
}

/** One push of revisions to one project, as submitted. */
export interface ResultSetSubmission {
  readonly revision?: string;
  readonly revision_hash?: string;
  readonly author?: string;
  /** Seconds since the Unix epoch. */
  readonly push_timestamp: number;
  readonly active_status?: string;
  readonly revisions: readonly Revision[];
}

/** The result set document. A skeleton has `push_timestamp` 0, author `pending...` and no revisions. */
export interface ResultSet {
  readonly project: string;
  /** 12 or 40 characters, as long as any message has given it. */
  readonly revision: string;
  readonly short_revision: string;
  readonly revision_hash: string;
  readonly author: string;
  readonly push_timestamp: number;
  readonly active_status: string;
  readonly revisions: readonly Revision[];
}

/** What revisions are compared by: the first 12 characters, case kept. */
export function shortRevision(revision: string): string {
  return revision.slice(0, 12);
}
