import { resultSetId } from "../../domain/ids.ts";
import {
  isFullRevision,
  isSameRevision,
  type ResultSet,
  type ResultSetSubmission,
  type Revision,
  shortRevision,
} from "../../domain/result-set.ts";

/** A push to write, and the stored one that it replaces; null if there is none. */
export interface CompletedPush {
  readonly next: ResultSet;
  readonly before: ResultSet | null;
}

/** Returns the pushes of one call without shared revisions: a revision that several list stays only in the last of them. */
export function linkedOnce(submitted: readonly ResultSetSubmission[]): readonly ResultSetSubmission[] {
  const taken = new Set<string>();
  return submitted
    .toReversed()
    .map((push) => {
      const rows = push.revisions.filter((row) => !taken.has(rowKey(row)));
      for (const row of rows) taken.add(rowKey(row));
      // The push keeps its top revision, even if that row now belongs to a later push.
      return { ...push, revision: topOf(push), revisions: rows };
    })
    .toReversed();
}

/** Returns the keys of the stored pushes that share a revision with a submitted one. */
export function keysOf(project: string, submitted: ResultSetSubmission): string[] {
  const revisions = [topOf(submitted), ...submitted.revisions.map(({ revision }) => revision)];
  return [...new Set(revisions.map((revision) => resultSetId(project, revision)))];
}

/**
 * Completes a stored push with the submitted one. The stored push may be missing, a skeleton, or known only by the first 12
 * characters of its revision. Returns null if it is complete already, or if the submitted push names no revision.
 *
 * @param read - the stored pushes with any of the submitted revisions. Their authors and comments stay.
 */
export function completePush(
  read: readonly ResultSet[],
  project: string,
  submitted: ResultSetSubmission,
): CompletedPush | null {
  const top = topOf(submitted);
  // Only top revisions are compared, because another push may list this revision as well.
  const before = read.find((push) => push.short_revision === shortRevision(top)) ?? null;
  const isComplete = before !== null && before.push_timestamp !== 0 && isFullRevision(before.revision);
  if (isComplete || top === "") return null;
  const known = read.flatMap(({ revisions }) => revisions);
  const rows = submitted.revisions.map((row) => firstTold(known, row));
  const others = (before?.revisions ?? []).filter((row) => !rows.some((other) => isSameRow(row, other)));
  const next = {
    project,
    revision: before === null ? top : longer(before.revision, top),
    short_revision: shortRevision(top),
    revision_hash: submitted.revision_hash ?? top,
    author: submitted.author ?? "unknown@somewhere.com",
    push_timestamp: submitted.push_timestamp,
    active_status: submitted.active_status ?? "active",
    revisions: [...others, ...rows],
  };
  return { next, before };
}

/** Returns the revision that names a push: its own, otherwise that of its last row. */
function topOf({ revision, revisions }: ResultSetSubmission): string {
  return revision ?? revisions.at(-1)?.revision ?? "";
}

/** Returns a row with the author and comment that were submitted first. */
function firstTold(known: readonly Revision[], row: Revision): Revision {
  const first = known.find((other) => isSameRow(other, row));
  return first === undefined ? row : { ...first, revision: longer(first.revision, row.revision) };
}

function isSameRow(a: Revision, b: Revision): boolean {
  return a.repository === b.repository && isSameRevision(a.revision, b.revision);
}

function rowKey({ repository, revision }: Revision): string {
  return JSON.stringify([repository, shortRevision(revision)]);
}

function longer(stored: string, given: string): string {
  return given.length > stored.length ? given : stored;
}
