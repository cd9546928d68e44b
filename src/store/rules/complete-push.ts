import { isDeepStrictEqual } from "node:util";
import { numberOf } from "../../domain/document-numbers.ts";
import { resultSetId } from "../../domain/ids.ts";
import {
  isFullRevision,
  type ResultSet,
  type ResultSetSubmission,
  type Revision,
  shortRevision,
  topRevision,
} from "../../domain/result-set.ts";
import { arrivalSeconds } from "./find-push.ts";
import { RevisionRows } from "./revision-rows.ts";

/** A push to write, and the stored push that it replaces; null if it is new. */
export interface CompletedPush {
  readonly next: ResultSet;
  readonly before: ResultSet | null;
}

/**
 * Completes a stored push with the submitted one. The stored push may be missing, a skeleton, or known only by the first 12
 * characters of its revision. Returns null if the stored push is already complete or would not change, or if the submitted push
 * names no revision.
 *
 * @param read - the stored pushes with any of the submitted revisions. Authors and comments of stored revisions are kept.
 * @param receivedAt - when the submitted push arrived, in ISO 8601.
 */
export function completePush(
  read: readonly ResultSet[],
  project: string,
  submitted: ResultSetSubmission,
  receivedAt: string,
): CompletedPush | null {
  const top = topRevision(submitted);
  // Compares only top revisions, because another push may also list this revision.
  const before = read.find((push) => push.short_revision === shortRevision(top)) ?? null;
  const isComplete = before !== null && before.push_timestamp !== 0 && isFullRevision(before.revision);
  if (isComplete || top === "") return null;
  const known = new RevisionRows(read.flatMap(({ revisions }) => revisions));
  const listed = new RevisionRows(submitted.revisions);
  // A revision that the push lists twice becomes one row, with the author and comment listed first.
  const rows = submitted.revisions
    .filter((row) => listed.find(row) === row)
    .map((row) => asFirstSubmitted(known, row));
  const submittedRows = new RevisionRows(rows);
  const others = (before?.revisions ?? []).filter((row) => submittedRows.find(row) === null);
  const next = {
    project,
    rest_id: before?.rest_id ?? numberOf(resultSetId(project, top)),
    revision: before === null ? top : longer(before.revision, top),
    short_revision: shortRevision(top),
    revision_hash: submitted.revision_hash ?? top,
    author: submitted.author ?? "unknown@somewhere.com",
    push_timestamp: submitted.push_timestamp,
    order_at: submitted.push_timestamp || (before?.order_at ?? arrivalSeconds(receivedAt)),
    last_modified: receivedAt,
    active_status: submitted.active_status ?? "active",
    revisions: [...others, ...rows],
  };
  const isSame =
    before !== null && isDeepStrictEqual({ ...next, last_modified: before.last_modified }, before);
  return isSame ? null : { next, before };
}

/** Returns the keys of the stored pushes that share a revision with a submitted one. */
export function keysOf(project: string, submitted: ResultSetSubmission): string[] {
  const revisions = [topRevision(submitted), ...submitted.revisions.map(({ revision }) => revision)];
  return [...new Set(revisions.map((revision) => resultSetId(project, revision)))];
}

/** Returns a row with the author and comment that were submitted first. */
function asFirstSubmitted(known: RevisionRows, row: Revision): Revision {
  const first = known.find(row);
  return first === null ? row : { ...first, revision: longer(first.revision, row.revision) };
}

function longer(stored: string, given: string): string {
  return given.length > stored.length ? given : stored;
}
