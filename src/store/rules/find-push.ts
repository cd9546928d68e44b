import { resultSetId } from "../../domain/ids.ts";
import { isFullRevision, isSameRevision, type ResultSet, shortRevision } from "../../domain/result-set.ts";

/** The first push time stamp wins where a revision is in several pushes; of the same time, the lesser revision. */
export function earliest(pushes: readonly ResultSet[]): ResultSet | null {
  const byTime = (a: ResultSet, b: ResultSet) =>
    a.push_timestamp - b.push_timestamp || (a.short_revision < b.short_revision ? -1 : 1);
  return pushes.toSorted(byTime)[0] ?? null;
}

/**
 * The push that a revision belongs to, among those of its project: by any of a push's revisions first, then by the
 * top one, which finds skeletons.
 */
export function findPush(pushes: readonly ResultSet[], revision: string): ResultSet | null {
  const byAny = pushes.filter((push) => push.revisions.some((row) => isSameRevision(row.revision, revision)));
  const byTop = pushes.filter((push) => push.short_revision === shortRevision(revision));
  return earliest(byAny) ?? earliest(byTop);
}

/** The push with its top revision lengthened, where the message gives all of it; else null: nothing to write. */
export function lengthened(push: ResultSet, revision: string): ResultSet | null {
  const isLonger = !isFullRevision(push.revision) && isFullRevision(revision);
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

/** What a push can be found by: `project/first 12` of each of its revisions, the top one included. */
export function revisionKeys({ project, short_revision, revisions }: ResultSet): string[] {
  const keys = revisions.map(({ revision }) => resultSetId(project, revision));
  return [...new Set([resultSetId(project, short_revision), ...keys])];
}
