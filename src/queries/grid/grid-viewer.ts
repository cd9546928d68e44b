import type { PushRow } from "../../store/ports/page-reads.ts";
import type { GridPosition } from "./grid-model.ts";

/** What an open page wants to know. */
export interface GridWatch {
  readonly project: string;
  /** The first 12 characters of the revisions of the pushes on the page. */
  readonly revisions: readonly string[];
  /** Which pushes belong on the page if they arrive later; null if none do. */
  readonly follows: {
    readonly author: string | null;
    /** Seconds since the Unix epoch. */
    readonly since: number | null;
    /** The page holds the whole list, so that it has no later page for a push that comes in below. */
    readonly isWhole: boolean;
  } | null;
  /** The page has all changes up to here. */
  readonly after: GridPosition;
}

/** The most pushes that one page watches. */
const MAX_WATCHED = 50;

/** One of a project's newest pushes, and a text that is another one when anything about it has changed. */
export interface Head {
  readonly push: PushRow;
  readonly text: string;
}

/** An open page: what it has been told, and which pushes it watches. */
export interface GridViewer {
  readonly watch: GridWatch;
  /** The revisions of the watched pushes, in the order of the page. */
  readonly revisions: Set<string>;
  /** The push details that were last sent, by revision. */
  readonly heads: Map<string, string>;
  position: GridPosition;
  unwatched: string;
  /** It still gets its last changes, because its reader is slow. Until then it is passed over, and nobody waits for it. */
  isBeingTold: boolean;
}

/** Returns a page that has just been opened. */
export function createViewer(watch: GridWatch): GridViewer {
  return {
    ...{ watch, revisions: new Set(watch.revisions.slice(0, MAX_WATCHED)), heads: new Map() },
    ...{ position: watch.after, unwatched: "", isBeingTold: false },
  };
}

/** Adds the pushes that have arrived, and belong on the page, to those that it watches. */
export function admitHeads({ watch, revisions }: GridViewer, newest: readonly Head[]): void {
  const { follows } = watch;
  if (follows === null) return;
  for (const { push } of follows.isWhole ? newest : pushesAbove(revisions, newest)) {
    const isFitting =
      (follows.author === null || push.author === follows.author) &&
      (follows.since === null || push.order_at >= follows.since);
    if (isFitting && revisions.size < MAX_WATCHED) revisions.add(push.short_revision);
  }
}

/** Returns those of the newest pushes that stand above the last push of the page. Those below belong on a later page. */
function pushesAbove(revisions: ReadonlySet<string>, newest: readonly Head[]): readonly Head[] {
  const last = newest.findLastIndex(({ push }) => revisions.has(push.short_revision));
  if (last !== -1) return newest.slice(0, last);
  // So many pushes have come that none of the page is among the newest. A reload shows those in between.
  return revisions.size === 0 ? newest : newest.slice(0, 1);
}

/** Returns whether a push is on the page, and has not been sent as it is now. */
export function isNews({ revisions, heads }: GridViewer, { push: { short_revision }, text }: Head): boolean {
  if (!revisions.has(short_revision)) return false;
  if (heads.get(short_revision) === text) return false;
  heads.set(short_revision, text);
  return true;
}
