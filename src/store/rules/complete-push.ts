import { resultSetId } from "../../domain/ids.ts";
import {
  isFullRevision,
  isSameRevision,
  type ResultSet,
  type ResultSetSubmission,
  type Revision,
  shortRevision,
} from "../../domain/result-set.ts";

/** A push to write, and what stands in its place so far. */
export interface CompletedPush {
  readonly next: ResultSet;
  readonly before: ResultSet | null;
}

/** Of the pushes of one call, a revision that several name is left to the last of them. */
export function linkedOnce(submitted: readonly ResultSetSubmission[]): readonly ResultSetSubmission[] {
  const taken = new Set<string>();
  return submitted
    .toReversed()
    .map((push) => {
      const rows = push.revisions.filter((row) => !taken.has(rowKey(row)));
      for (const row of rows) taken.add(rowKey(row));
      // What names it stays, also where its last row has gone.
      return { ...push, revision: topOf(push), revisions: rows };
    })
    .toReversed();
}

/** Keys of the stored pushes that a submitted one has to do with. */
export function keysOf(project: string, submitted: ResultSetSubmission): string[] {
  const revisions = [topOf(submitted), ...submitted.revisions.map(({ revision }) => revision)];
  return [...new Set(revisions.map((revision) => resultSetId(project, revision)))];
}

/**
 * The push as submitted, over what stands in its place: a skeleton, or one of which a message gave the first 12
 * characters alone. Null: it is complete already, and stays.
 *
 * @param read - the stored pushes with any of the submitted one's revisions: what they say of a revision stays.
 */
export function completePush(
  read: readonly ResultSet[],
  project: string,
  submitted: ResultSetSubmission,
): CompletedPush | null {
  const top = topOf(submitted);
  // By its top revision alone: another push may hold this one among its revisions.
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

/** What names a push: its own revision, else that of its last row. */
function topOf({ revision, revisions }: ResultSetSubmission): string {
  return revision ?? revisions.at(-1)?.revision ?? "";
}

/** Author and comment of a revision are those of its first submission. */
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
