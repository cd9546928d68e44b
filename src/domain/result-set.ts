import { firstCharacters, isLongerThan } from "./text/characters.ts";

const SHORT = 12;
const FULL = 40;

export interface Revision {
  readonly revision: string;
  readonly author: string;
  readonly comment: string | null;
  readonly repository: string;
}

/** One push of revisions to one project, in the form in which it is submitted. */
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
  /** Its number in the read API; see `numberOf`. No other push has it, and it never changes. */
  readonly rest_id: number;
  /** The longest form that a message has given: 12 or 40 characters. */
  readonly revision: string;
  readonly short_revision: string;
  readonly revision_hash: string;
  readonly author: string;
  readonly push_timestamp: number;
  /** Pushes are listed by it: the push's timestamp, or while that is 0 the arrival of its first message, in whole seconds. */
  readonly order_at: number;
  /** When it was created, or completed by being submitted. ISO 8601, UTC. A push of long ago may have been submitted just now. */
  readonly last_modified: string;
  readonly active_status: string;
  readonly revisions: readonly Revision[];
}

/** Returns whether nobody has submitted the push yet, so that it is only known from its jobs. */
export function isSkeleton({
  push_timestamp,
  revisions,
}: Pick<ResultSet, "push_timestamp" | "revisions">): boolean {
  return push_timestamp === 0 && revisions.length === 0;
}

/** Returns the revision that names a push: its own, otherwise that of its last row. */
export function topRevision({ revision, revisions }: ResultSetSubmission): string {
  return revision ?? revisions.at(-1)?.revision ?? "";
}

/** Returns the short form of a revision, which identifies a push: its first 12 characters, in unchanged case. */
export function shortRevision(revision: string): string {
  return firstCharacters(revision, SHORT);
}

/** Returns whether a revision is whole. A shorter one is replaced as soon as a message gives the whole revision. */
export function isFullRevision(revision: string): boolean {
  return isLongerThan(revision, FULL - 1);
}

/** Returns whether two revisions are the same. Either may be given in its short form. */
export function isSameRevision(a: string, b: string): boolean {
  return a === b || a === shortRevision(b) || b === shortRevision(a);
}

/** Returns a key that is the same for all forms of a row's revision in its repository. */
export function shortRowKey({ repository, revision }: Revision): string {
  return rowKey(repository, shortRevision(revision));
}

export function rowKey(repository: string, revision: string): string {
  return JSON.stringify([repository, revision]);
}
