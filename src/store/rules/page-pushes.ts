import { resultSetId } from "../../domain/ids.ts";
import { isSkeleton, type ResultSet } from "../../domain/result-set.ts";
import type { PushPlace, PushQuery, PushRow } from "../ports/page-reads.ts";

/** The most projects that are listed. */
export const MAX_PROJECTS = 500;
/** The most pushes that are looked at for one page of an author's. */
const AUTHORS_READS = 2000;
/** The most pushes in which one call looks for similar jobs. */
export const SIMILAR_READS = 200;

/** Later than every push, in seconds. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** What is read of a push to choose it for a page. */
export interface PushHead extends PushPlace {
  readonly author: string;
}

/** Where to read heads. They are read in descending order of their places. */
export interface PushRange {
  /** Seconds since the Unix epoch, both included. */
  readonly from: number;
  readonly to: number;
  /** Only places before this one. Its time is not less than `to`. */
  readonly before: PushPlace;
}

/** Returns where the heads are that a page is chosen from. */
export function headRange({
  since,
  until,
  before = { order_at: END_OF_TIME, id: "" },
}: Pick<PushQuery, "since" | "until" | "before">): PushRange {
  return { from: since ?? -END_OF_TIME, to: Math.min(until ?? END_OF_TIME, before.order_at), before };
}

/** Returns how many heads to read for a page. */
export function headsToRead({ author, limit }: Pick<PushQuery, "author" | "limit">): number {
  // One more than the page has shows whether there is a next page.
  return author === undefined ? limit + 1 : AUTHORS_READS;
}

/**
 * Chooses the pushes of a page.
 *
 * @param read - heads, in descending order.
 */
export function choosePushes(
  read: readonly PushHead[],
  query: Pick<PushQuery, "author" | "limit">,
): { readonly ids: readonly string[]; readonly next: PushPlace | null } {
  const { author, limit } = query;
  const wanted = author === undefined ? read : read.filter((head) => head.author === author);
  const chosen = wanted.slice(0, limit);
  const last = chosen.at(-1);
  const used = wanted.length > limit && last !== undefined ? read.indexOf(last) + 1 : read.length;
  return { ids: chosen.map(({ id }) => id), next: placeAfter(read, used, headsToRead(query)) };
}

/**
 * Returns where to read on; null at the end.
 *
 * @param used - how many of the heads have been used.
 * @param most - how many were asked for. Fewer are only returned at the end.
 */
export function placeAfter(read: readonly PushHead[], used: number, most: number): PushPlace | null {
  const head = read[used - 1];
  if (head === undefined || (used === read.length && read.length < most)) return null;
  return { order_at: head.order_at, id: head.id };
}

/** Returns a push as pages list it. */
export function toPushRow(push: ResultSet): PushRow {
  return { ...push, id: resultSetId(push.project, push.short_revision), is_skeleton: isSkeleton(push) };
}
