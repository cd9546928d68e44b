import type { ArchiveFilter, ArchiveStore, SegmentHead } from "../store/ports/archive-store.ts";
import { matches } from "./matches.ts";
import { type ArchivedEntry, decodeSegment } from "./segment.ts";

/** The number of segment heads that one query reads. */
const HEADS = 500;
/** The most bytes of bodies that wait to be merged with later segments. Above this, they are passed on without waiting. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

export type ArchiveReads = Pick<ArchiveStore, "findSegments" | "readSegment">;

/** A segment that could not be read, and the reason as text for people. */
export interface LostSegment {
  readonly head: SegmentHead;
  readonly why: string;
}

/** A page of archived messages, oldest first. It may be empty. */
export interface ArchivePage {
  readonly entries: readonly ArchivedEntry[];
  /** Everything that arrived before this time is on earlier pages (ISO 8601). */
  readonly since: string;
  /** The id of the segment that was read last. */
  readonly segment: string;
  /** That segment if it could not be read; otherwise null. */
  readonly lost: LostSegment | null;
}

interface Opened {
  readonly head: SegmentHead;
  readonly entries: readonly ArchivedEntry[];
  readonly lost: LostSegment | null;
}

/**
 * Yields the archived messages that match, in the order of their arrival. Segments of several workers overlap, so their messages
 * are merged. Further segments are read while the caller handles a page. Only a few segments are in memory at a time.
 *
 * @throws Unavailable if the store stays away.
 */
export async function* readArchive(store: ArchiveReads, filter: ArchiveFilter): AsyncGenerator<ArchivePage> {
  const heads = listHeads(store, filter);
  let waiting: readonly ArchivedEntry[] = [];
  let opened = await openNext(heads, store, filter);
  let ahead = openNext(heads, store, filter);
  while (opened !== null) {
    const following = await ahead;
    ahead = openNext(heads, store, filter);
    // `ahead` is awaited later, or never if the caller stops. Without this handler, its error would be an unhandled rejection.
    ahead.catch(() => undefined);
    waiting = merge(waiting, opened.entries);
    const from = following?.head.from ?? null;
    const count = sizeOf(waiting) > MAX_WAITING_BYTES ? waiting.length : countBefore(waiting, from);
    const entries = waiting.slice(0, count);
    waiting = waiting.slice(count);
    const first = entries[0]?.received_at ?? opened.head.from;
    // The next segment may begin before messages that did not wait for it. Any segment may begin before `filter.since`.
    const since = latest(filter.since ?? "", from === null ? first : earliest(first, from));
    yield { entries, since, segment: opened.head.id, lost: opened.lost };
    opened = following;
  }
}

async function* listHeads(store: ArchiveReads, filter: ArchiveFilter): AsyncGenerator<SegmentHead> {
  for (let after: string | null = null; ; ) {
    const heads: readonly SegmentHead[] = await store.findSegments(filter, after, HEADS);
    yield* heads;
    const last = heads.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

async function openNext(
  heads: AsyncIterator<SegmentHead>,
  store: ArchiveReads,
  filter: ArchiveFilter,
): Promise<Opened | null> {
  const next = await heads.next();
  if (next.done === true) return null;
  const head = next.value;
  const lost = (why: string): Opened => ({ head, entries: [], lost: { head, why } });
  const bytes = await store.readSegment(head.id);
  if (bytes === null) return lost("it has expired");
  try {
    const entries = await decodeSegment(bytes);
    return { head, entries: byArrival(entries.filter((entry) => matches(entry, filter))), lost: null };
  } catch (error) {
    return lost(`it is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function merge(
  waiting: readonly ArchivedEntry[],
  entries: readonly ArchivedEntry[],
): readonly ArchivedEntry[] {
  return waiting.length === 0 ? entries : byArrival([...waiting, ...entries]);
}

/** Sorts messages by their arrival. Messages of the same millisecond keep their order. */
function byArrival(entries: readonly ArchivedEntry[]): readonly ArchivedEntry[] {
  return entries.toSorted((a, b) =>
    a.received_at < b.received_at ? -1 : a.received_at > b.received_at ? 1 : 0,
  );
}

/** Returns how many messages arrived before `from` (ISO 8601). Counts all if it is null, because there is no later segment to wait for. */
function countBefore(entries: readonly ArchivedEntry[], from: string | null): number {
  const count = from === null ? -1 : entries.findIndex(({ received_at }) => received_at >= from);
  return count === -1 ? entries.length : count;
}

function earliest(a: string, b: string): string {
  return a < b ? a : b;
}

function latest(a: string, b: string): string {
  return a > b ? a : b;
}

function sizeOf(entries: readonly ArchivedEntry[]): number {
  return entries.reduce((bytes, { body }) => bytes + body.length, 0);
}
