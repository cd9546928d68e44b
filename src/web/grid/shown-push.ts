import type { ResultSet, Revision } from "../../domain/result-set.ts";
import { shortRevision } from "../../domain/result-set.ts";

/** A push as the grid shows it. */
export interface ShownPush {
  /** The first 12 characters of its revision. They name it among the pushes of its project. */
  readonly revision: string;
  readonly author: string;
  /** Seconds since the Unix epoch: when it was pushed; of a skeleton, when its first message came. */
  readonly at: number;
  /** Nobody has submitted the push yet: it is only known from its jobs. */
  readonly isSkeleton: boolean;
  /** The newest first, at most 20. */
  readonly revisions: readonly ShownRevision[];
  /** How many revisions are left out. */
  readonly more: number;
}

export interface ShownRevision {
  /** The first 12 characters. */
  readonly revision: string;
  /** The name, without a mail address behind it. */
  readonly author: string;
  /** The first line of the comment. */
  readonly comment: string;
}

const MAX_REVISIONS = 20;
/** The page wraps a long line, so that all of it can be read; nobody reads more than this. */
const MAX_COMMENT = 300;
const MAX_AUTHOR = 200;

/** Returns what the grid shows of a stored push. */
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

/** Without a pattern: an author may be a megabyte of spaces, and a pattern would try each of them as the beginning. */
function withoutAddress(author: string): string {
  const text = author.trimEnd();
  const open = text.lastIndexOf("<");
  return open !== -1 && text.indexOf(">", open) === text.length - 1 ? text.slice(0, open).trimEnd() : author;
}
