import { resultSetId } from "../domain/ids.ts";
import { type ResultSet, type ResultSetSubmission, shortRevision } from "../domain/result-set.ts";

/** A full revision; a shorter one is lengthened as soon as a message gives the whole. */
export const FULL_REVISION = 40;

/** The first push time stamp wins where a revision is in several pushes. */
function earliest(pushes: readonly ResultSet[]): ResultSet | undefined {
  return pushes.toSorted((a, b) => a.push_timestamp - b.push_timestamp)[0];
}

/**
 * The push that a revision belongs to, among those of its project: by any of a push's revisions first, then by the
 * top one, which finds skeletons. Compared by the first 12 characters.
 */
export function findPush(pushes: readonly ResultSet[], revision: string): ResultSet | null {
  const short = shortRevision(revision);
  const byAny = pushes.filter((push) => push.revisions.some((row) => shortRevision(row.revision) === short));
  const byTop = pushes.filter((push) => push.short_revision === short);
  return earliest(byAny) ?? earliest(byTop) ?? null;
}

/** The push with its top revision lengthened, where the message gives all of it; else null: nothing to write. */
export function lengthened(push: ResultSet, revision: string): ResultSet | null {
  const isLonger = push.revision.length < FULL_REVISION && revision.length === FULL_REVISION;
  return isLonger && push.short_revision === shortRevision(revision) ? { ...push, revision } : null;
}

/** Stands for a push that nobody has submitted yet. */
export function skeleton(project: string, revision: string): ResultSet {
  return {
    project,
    revision,
    short_revision: shortRevision(revision),
    revision_hash: revision,
    author: "pending...",
    push_timestamp: 0,
    active_status: "active",
    revisions: [],
  };
}

/** The push as submitted; the existing one where that is complete already: null. */
export function completed(
  existing: ResultSet | null,
  project: string,
  submitted: ResultSetSubmission,
): ResultSet | null {
  const revision = submitted.revision ?? submitted.revisions.at(-1)?.revision ?? "";
  const isComplete =
    existing !== null && existing.push_timestamp !== 0 && existing.revision.length >= FULL_REVISION;
  if (isComplete || revision === "") return null;
  // A revision's author and comment are those of its first submission.
  const known = new Map(existing?.revisions.map((row) => [row.revision, row]));
  return {
    project,
    revision: (existing && lengthenedFrom(existing.revision, revision)) ?? revision,
    short_revision: shortRevision(revision),
    revision_hash: submitted.revision_hash ?? revision,
    author: submitted.author ?? "unknown@somewhere.com",
    push_timestamp: submitted.push_timestamp,
    active_status: submitted.active_status ?? "active",
    revisions: submitted.revisions.map((row) => known.get(row.revision) ?? row),
  };
}

function lengthenedFrom(stored: string, given: string): string {
  return stored.length > given.length && stored.startsWith(given) ? stored : given;
}

/** What a push can be found by: `project/first 12` of each of its revisions, the top one included. */
export function revisionKeys({ project, short_revision, revisions }: ResultSet): string[] {
  const keys = revisions.map(({ revision }) => resultSetId(project, revision));
  return [...new Set([resultSetId(project, short_revision), ...keys])];
}
