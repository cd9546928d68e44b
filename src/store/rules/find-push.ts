import { numberOf } from "../../domain/document-numbers.ts";
import { resultSetId } from "../../domain/ids.ts";
import { isFullRevision, isSameRevision, type ResultSet, shortRevision } from "../../domain/result-set.ts";

/** Returns the push with the earliest timestamp. If several pushes share it, returns the one with the smallest revision. */
export function earliest(pushes: readonly ResultSet[]): ResultSet | null {
  const byTime = (a: ResultSet, b: ResultSet) =>
    a.push_timestamp - b.push_timestamp || (a.short_revision < b.short_revision ? -1 : 1);
  return pushes.toSorted(byTime)[0] ?? null;
}

/**
 * Returns the push of a project that a revision belongs to. Compares all listed revisions first, and then the top revisions, which
 * also finds skeletons.
 */
export function findPush(pushes: readonly ResultSet[], revision: string): ResultSet | null {
  const byAny = pushes.filter((push) => push.revisions.some((row) => isSameRevision(row.revision, revision)));
  const byTop = pushes.filter((push) => push.short_revision === shortRevision(revision));
  return earliest(byAny) ?? earliest(byTop);
}

/** Returns the push with this revision, if that is the full form of the push's short top revision; otherwise null. */
export function lengthened(push: ResultSet, revision: string): ResultSet | null {
  const isLonger = !isFullRevision(push.revision) && isFullRevision(revision);
  return isLonger && push.short_revision === shortRevision(revision) ? { ...push, revision } : null;
}

/**
 * Returns a placeholder for a push that nobody has submitted yet.
 *
 * @param receivedAt - when the first message that names it arrived, in ISO 8601.
 */
export function skeleton(project: string, revision: string, receivedAt: string): ResultSet {
  return {
    project,
    rest_id: numberOf(resultSetId(project, revision)),
    revision,
    short_revision: shortRevision(revision),
    revision_hash: revision,
    author: "pending...",
    push_timestamp: 0,
    order_at: arrivalSeconds(receivedAt),
    last_modified: receivedAt,
    active_status: "active",
    revisions: [],
  };
}

/** Converts an arrival time from ISO 8601 to whole seconds since the Unix epoch. */
export function arrivalSeconds(receivedAt: string): number {
  return Math.floor(Date.parse(receivedAt) / 1000);
}

/** Returns the keys under which a push is found: `project/first 12 characters` of each of its revisions, including the top one. */
export function revisionKeys({ project, short_revision, revisions }: ResultSet): string[] {
  const keys = revisions.map(({ revision }) => resultSetId(project, revision));
  return [...new Set([resultSetId(project, short_revision), ...keys])];
}
