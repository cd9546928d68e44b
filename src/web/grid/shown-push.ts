import type { ResultSet, Revision } from "../../domain/result-set.ts";
import { shortRevision } from "../../domain/result-set.ts";

/** A push as the grid shows it. */
export interface ShownPush {
  /** The first 12 characters of its revision, which identify it within its project. */
  readonly revision: string;
  readonly author: string;
  /** The time of the push, in seconds since the Unix epoch. For a skeleton, the time when its first message arrived. */
  readonly at: number;
  /** Whether the push is known only from its jobs, because nobody has submitted it yet. */
  readonly isSkeleton: boolean;
  /** The newest first, at most 20. */
  readonly revisions: readonly ShownRevision[];
  /** How many revisions are left out. */
  readonly more: number;
}

export interface ShownRevision {
  /** The first 12 characters of the revision. */
  readonly revision: string;
  /** The author's name, without an email address. */
  readonly author: string;
  /** The first line of the comment. */
  readonly comment: string;
}

const MAX_REVISIONS = 20;
/** In characters. The page wraps long comments, so that readers see all of them, but nobody reads more than this. */
const MAX_COMMENT = 300;
const MAX_AUTHOR = 200;

/** Returns the parts of a stored push that the grid shows. */
export function showPush(push: ResultSet & { readonly is_skeleton: boolean }): ShownPush {
  return {
    revision: push.short_revision,
    author: push.author,
    at: push.order_at,
    isSkeleton: push.is_skeleton,
    revisions: push.revisions.slice(-MAX_REVISIONS).toReversed().map(showRevision),
    more: Math.max(0, push.revisions.length - MAX_REVISIONS),
  };
}

function showRevision({ revision, author, comment }: Revision): ShownRevision {
  const [line = ""] = (comment ?? "")
    .trimStart()
    .slice(0, MAX_COMMENT)
    .split(/[\r\n]/);
  return { revision: shortRevision(revision), author: nameOf(author), comment: line };
}

/** Returns the name of an author such as `Some Person <person@example.org>`. */
function nameOf(author: string): string {
  return (withoutAddress(author) || author).slice(0, MAX_AUTHOR);
}

/** Removes the email address. A regular expression would take too long, because an author may be a megabyte of spaces. */
function withoutAddress(author: string): string {
  const text = author.trimEnd();
  const open = text.lastIndexOf("<");
  return open !== -1 && text.indexOf(">", open) === text.length - 1 ? text.slice(0, open).trimEnd() : author;
}
