import { resultSetId } from "../../domain/ids.ts";
import { isSkeleton, type ResultSet } from "../../domain/result-set.ts";
import type { PushPlace, PushQuery, PushRow } from "../ports/page-reads.ts";

/** The most projects that are listed. */
export const MAX_PROJECTS = 500;
/** The most pushes that are read for one page of an author's pushes. */
const AUTHORS_READS = 2000;
/** The most pushes in which one call searches for similar jobs. */
export const SIMILAR_READS = 200;

/** A time later than every push, in seconds. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** The members of a push that are needed to choose the pushes of a page. */
export interface PushHead extends PushPlace {
  readonly author: string;
}

/** The range of heads to read, in descending order of their places. */
export interface PushRange {
  /** Seconds since the Unix epoch, both included. */
  readonly from: number;
  readonly to: number;
  /** Only pushes whose place is before this one. Its `order_at` is at least `to`. */
  readonly before: PushPlace;
}

/** Returns the range of heads from which to choose the pushes of a page. */
export function headRange({
  since,
  until,
  before = { order_at: END_OF_TIME, id: "" },
}: Pick<PushQuery, "since" | "until" | "before">): PushRange {
  return { from: since ?? -END_OF_TIME, to: Math.min(until ?? END_OF_TIME, before.order_at), before };
}

/** Returns how many heads to read for a page. */
export function headsToRead({ author, limit }: Pick<PushQuery, "author" | "limit">): number {
  // One more than the page needs shows whether there is a next page.
  return author === undefined ? limit + 1 : AUTHORS_READS;
}

/**
 * Chooses the pushes of a page, and the place where the next page starts.
 *
 * @param read - the heads that were read, in descending order.
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
 * Returns the place after which to continue reading; null at the end.
 *
 * @param used - how many of the heads have been used.
 * @param most - how many heads were requested. A read returns fewer only at the end.
 */
export function placeAfter(read: readonly PushHead[], used: number, most: number): PushPlace | null {
  const head = read[used - 1];
  if (head === undefined || (used === read.length && read.length < most)) return null;
  return { order_at: head.order_at, id: head.id };
}

/** Converts a push to its form in lists on pages. */
export function toPushRow(push: ResultSet): PushRow {
  return { ...push, id: resultSetId(push.project, push.short_revision), is_skeleton: isSkeleton(push) };
}
