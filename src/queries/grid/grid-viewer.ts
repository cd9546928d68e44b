import type { PushRow } from "../../store/ports/page-reads.ts";
import type { GridPosition } from "./grid-model.ts";

/** The pushes that an open page watches. */
export interface GridWatch {
  readonly project: string;
  /** The first 12 characters of the revisions of the pushes on the page. */
  readonly revisions: readonly string[];
  /** Which pushes are added to the page if they arrive later; null if none are. */
  readonly follows: {
    readonly author: string | null;
    /** Seconds since the Unix epoch. */
    readonly since: number | null;
    /** Whether the page shows the whole list. If so, there is no further page for a push that arrives below the last one. */
    readonly isWhole: boolean;
  } | null;
  /** The position up to which the page has all changes. */
  readonly after: GridPosition;
}

/** The most pushes that one page watches. */
const MAX_WATCHED = 50;

/** One of a project's newest pushes, and its JSON text, which shows whether anything about it has changed. */
export interface Head {
  readonly push: PushRow;
  readonly text: string;
}

/** An open page: which pushes it watches, and what has been sent to it. */
export interface GridViewer {
  readonly watch: GridWatch;
  /** The revisions of the watched pushes, in the order of the page. */
  readonly revisions: Set<string>;
  /** The push details that were last sent, by revision. */
  readonly heads: Map<string, string>;
  position: GridPosition;
  unwatched: string;
  /** Whether changes are still being sent to the page. A slow page is left out until they are, so that no other page waits for it. */
  isSending: boolean;
}

/** Creates the state of a page that has just been opened. */
export function createViewer(watch: GridWatch): GridViewer {
  return {
    ...{ watch, revisions: new Set(watch.revisions.slice(0, MAX_WATCHED)), heads: new Map() },
    ...{ position: watch.after, unwatched: "", isSending: false },
  };
}

/** Adds newly arrived pushes that belong on the page to those that it watches. */
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

/** Returns the newest pushes above the last push of the page. Pushes below it belong on a later page. */
function pushesAbove(revisions: ReadonlySet<string>, newest: readonly Head[]): readonly Head[] {
  const last = newest.findLastIndex(({ push }) => revisions.has(push.short_revision));
  if (last !== -1) return newest.slice(0, last);
  // So many pushes have arrived that none of the page's is among the newest. A reload shows those in between.
  return revisions.size === 0 ? newest : newest.slice(0, 1);
}

/** Returns whether a push is on the page and has changed since it was last sent. Remembers it as sent. */
export function isNews({ revisions, heads }: GridViewer, { push: { short_revision }, text }: Head): boolean {
  if (!revisions.has(short_revision)) return false;
  if (heads.get(short_revision) === text) return false;
  heads.set(short_revision, text);
  return true;
}
