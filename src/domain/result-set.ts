import { firstCharacters, isLongerThan } from "./text/characters.ts";

const SHORT = 12;
const FULL = 40;

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

/** The first 12 characters, case kept: the short form of a revision, by which pushes are told apart. */
export function shortRevision(revision: string): string {
  return firstCharacters(revision, SHORT);
}

/** A shorter one is lengthened as soon as a message gives the whole. */
export function isFullRevision(revision: string): boolean {
  return isLongerThan(revision, FULL - 1);
}

/** Is it the same revision, where either may be given by its short form? */
export function isSameRevision(a: string, b: string): boolean {
  return a === b || a === shortRevision(b) || b === shortRevision(a);
}
