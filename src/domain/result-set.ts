import { firstCharacters, isLongerThan } from "./text/characters.ts";

const SHORT = 12;
const FULL = 40;

export interface Revision {
  readonly revision: string;
  readonly author: string;
  readonly comment: string | null;
  readonly repository: string;
}

/** One push of revisions to one project, as it is submitted. */
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
  /** The push's number in the read API; see `numberOf`. It is unique among pushes, and never changes. */
  readonly rest_id: number;
  /** The longest form of the revision that any message has contained: 12 or 40 characters. */
  readonly revision: string;
  readonly short_revision: string;
  readonly revision_hash: string;
  readonly author: string;
  readonly push_timestamp: number;
  /** The time by which pushes are ordered: the push's timestamp, or the arrival of its first message while that is 0. In whole seconds. */
  readonly order_at: number;
  /** When the document was created, or completed by a submission. ISO 8601, UTC. An old push may have been submitted just now. */
  readonly last_modified: string;
  readonly active_status: string;
  readonly revisions: readonly Revision[];
}

/** Returns whether the push is known only from its jobs, because nobody has submitted it yet. */
export function isSkeleton({
  push_timestamp,
  revisions,
}: Pick<ResultSet, "push_timestamp" | "revisions">): boolean {
  return push_timestamp === 0 && revisions.length === 0;
}

/** Returns the revision that identifies a push: its own revision, or otherwise the revision of its last row. */
export function topRevision({ revision, revisions }: ResultSetSubmission): string {
  return revision ?? revisions.at(-1)?.revision ?? "";
}

/** Returns the short form of a revision, which identifies a push: the first 12 characters, with case unchanged. */
export function shortRevision(revision: string): string {
  return firstCharacters(revision, SHORT);
}

/** Returns whether a revision has its full length. A shorter one is replaced as soon as a message contains the full revision. */
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
