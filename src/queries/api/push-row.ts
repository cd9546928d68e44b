import type { ResultSet, Revision } from "../../domain/result-set.ts";
import type { Fields } from "./conditions.ts";
import type { NameNumber } from "./name-numbers.ts";

/** The most revisions in the row of a push. Another route lists all of them. */
const MAX_SHOWN = 20;

export interface RevisionRow {
  readonly result_set_id: number;
  readonly revision: string;
  readonly author: string;
  readonly repository_id: number;
  readonly comments: string | null;
}

/** A push as the read API shows it. */
export interface PushRow {
  readonly id: number;
  readonly revision_hash: string;
  /** Seconds since the Unix epoch. */
  readonly push_timestamp: number;
  readonly repository_id: number;
  /** The revision that was listed last, which is normally the top one. */
  readonly revision: string;
  readonly author: string;
  readonly revision_count: number;
  readonly revisions_uri: string;
}

export const pushFields: Fields = new Map([
  ["id", "number"],
  ["push_timestamp", "number"],
  ["revision_hash", "text"],
  ["revision", "text"],
  ["revision_count", "number"],
  ["author", "text"],
  ["repository_id", "number"],
]);

/** @param full - whether to add the comment of the top revision, and the latest revisions with the top one first. */
export function toPushRow(push: ResultSet, numberOf: NameNumber, full: boolean): PushRow {
  const top = push.revisions.at(-1);
  const row = {
    id: push.rest_id,
    revision_hash: push.revision_hash,
    push_timestamp: push.push_timestamp,
    repository_id: numberOf(push.project),
    revision: top?.revision ?? push.revision,
    author: push.author,
    revision_count: push.revisions.length,
    revisions_uri: `/api/project/${push.project}/resultset/${push.rest_id}/revisions/`,
  };
  if (!full) return row;
  const revisions = push.revisions.slice(-MAX_SHOWN).toReversed();
  return {
    ...row,
    ...{
      comments: top?.comment ?? "",
      revisions: revisions.map((each) => toRevisionRow(push, each, numberOf)),
    },
  };
}

/** Returns the same push with the field names of today's list. */
export function toTodaysPushRow(push: ResultSet, numberOf: NameNumber, full: boolean): object {
  const { id, push_timestamp, repository_id, revision, author, revision_count } = toPushRow(
    push,
    numberOf,
    false,
  );
  const revisions = push.revisions.slice(-MAX_SHOWN).toReversed();
  return {
    ...{ id, revision, author, revision_count, push_timestamp, repository_id },
    ...(full ? { revisions: revisions.map((each) => toRevisionRow(push, each, numberOf)) } : {}),
  };
}

export function toRevisionRow(
  push: ResultSet,
  { revision, author, comment, repository }: Revision,
  numberOf: NameNumber,
): RevisionRow {
  const { rest_id: result_set_id } = push;
  return { result_set_id, revision, author, repository_id: numberOf(repository), comments: comment };
}
