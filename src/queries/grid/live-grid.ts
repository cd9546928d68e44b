import { setImmediate as nextTurn } from "node:timers/promises";
import { Unavailable } from "../../domain/faults.ts";
import { resultSetId } from "../../domain/ids.ts";
import type { PageReads, PushRow } from "../../store/ports/page-reads.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { GridModel, GridPosition } from "./grid-model.ts";
import type { CellChanges } from "./hot-push.ts";

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

/** What has happened since the last event. */
export type GridEvent =
  | {
      readonly kind: "changes";
      /** Pushes that are new, or were completed. */
      readonly heads: readonly PushRow[];
      readonly pushes: readonly PushChanges[];
      readonly position: GridPosition;
    }
  /** These pushes are not watched, because too many others are. The page has to ask for them by itself. */
  | { readonly kind: "unwatched"; readonly revisions: readonly string[] }
  /** The store cannot be read. */
  | { readonly kind: "away" }
  | { readonly kind: "back" };

export interface PushChanges extends CellChanges {
  readonly revision: string;
  /** Other events follow with the rest of these changes. */
  readonly more: boolean;
}

/** Sends an event to a page. The promise ends when there is room for another one, or the page has gone. */
export type SendEvent = (event: GridEvent) => Promise<void>;

export interface LiveGridOptions {
  readonly store: Pick<PageReads, "listPushes">;
  readonly model: GridModel;
  /** How often changes are looked for, in milliseconds. */
  readonly everyMs: number;
  /** With so many cells an event ends, and another one goes on: an event is written in one turn of the event loop. */
  readonly cellsOfEvent: number;
  /** Called for an error that is not the store's. */
  readonly onBug: (error: unknown) => void;
}

/** How many of a project's newest pushes are looked at for new ones. */
const NEWEST = 20;
/** The most pushes that one page watches. */
const MAX_WATCHED = 50;

interface Viewer {
  readonly watch: GridWatch;
  /** The revisions of the watched pushes, in the order of the page. */
  readonly revisions: Set<string>;
  /** The push details that were last sent, by revision. */
  readonly heads: Map<string, string>;
  readonly send: SendEvent;
  position: GridPosition;
  unwatched: string;
  /** It still gets its last changes, because its reader is slow. Until then it is passed over, and nobody waits for it. */
  isBeingTold: boolean;
}

/** Looks for changes while pages are open, once for all of them, and tells each page what concerns it. */
export class LiveGrid {
  readonly #options: LiveGridOptions;
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | null = null;
  #isAway = false;

  constructor(options: LiveGridOptions) {
    this.#options = options;
  }

  /** Sends events to an open page. @returns a function that ends it. */
  open(watch: GridWatch, send: SendEvent): () => void {
    const viewer: Viewer = {
      ...{ watch, revisions: new Set(watch.revisions.slice(0, MAX_WATCHED)), heads: new Map(), send },
      ...{ position: watch.after, unwatched: "", isBeingTold: false },
    };
    this.#viewers.add(viewer);
    if (this.#isAway) void send({ kind: "away" });
    // At once, because the page may have been without a stream for a while.
    if (this.#timer === null) this.#turnAfter(0);
    return () => this.#viewers.delete(viewer);
  }

  async #turn(): Promise<void> {
    try {
      await this.#look();
      this.#say("back");
    } catch (error) {
      if (error instanceof Unavailable) this.#say("away");
      else this.#options.onBug(error);
    }
    if (this.#viewers.size === 0) this.#timer = null;
    else this.#turnAfter(this.#options.everyMs);
  }

  #turnAfter(ms: number): void {
    // An open page does not keep the process from ending.
    this.#timer = setTimeout(() => void this.#turn(), ms).unref();
  }

  #say(kind: "away" | "back"): void {
    if (this.#isAway === (kind === "away")) return;
    this.#isAway = kind === "away";
    for (const { send } of this.#viewers) void send({ kind });
  }

  async #look(): Promise<void> {
    // A page that opens meanwhile has to wait: its new pushes have not been looked for, so its position must not move on.
    const viewers = [...this.#viewers].filter(({ isBeingTold }) => !isBeingTold);
    const newest = await this.#newestPushes(viewers);
    for (const viewer of viewers) admitHeads(viewer, newest.get(viewer.watch.project) ?? []);
    const skipped = await this.#lookAtPushes(viewers);
    const turns = new EventLoopTurns();
    for (const viewer of viewers) {
      viewer.isBeingTold = true;
      this.#tell(viewer, newest.get(viewer.watch.project) ?? [], skipped)
        .catch(this.#options.onBug)
        .finally(() => {
          viewer.isBeingTold = false;
        });
      await turns.giveIfDue();
    }
  }

  async #newestPushes(viewers: readonly Viewer[]): Promise<ReadonlyMap<string, readonly PushRow[]>> {
    const newest = new Map<string, readonly PushRow[]>();
    for (const project of new Set(viewers.map(({ watch }) => watch.project))) {
      const { pushes } = await this.#options.store.listPushes({ project, limit: NEWEST });
      newest.set(project, pushes);
    }
    return newest;
  }

  /** Brings the watched pushes up to date. Returns the ids of those that have no room in memory. */
  async #lookAtPushes(viewers: readonly Viewer[]): Promise<ReadonlySet<string>> {
    const { model } = this.#options;
    const ids = new Set(
      viewers.flatMap(({ watch, revisions }) =>
        [...revisions].map((revision) => resultSetId(watch.project, revision)),
      ),
    );
    const skipped = new Set<string>();
    for (const id of ids) {
      // Otherwise the watched pushes would drive each other out of memory, and all would be read completely each time.
      if (model.has(id) || model.hasRoom()) await model.look(id);
      else skipped.add(id);
    }
    return skipped;
  }

  async #tell(viewer: Viewer, newest: readonly PushRow[], skipped: ReadonlySet<string>): Promise<void> {
    const { model, cellsOfEvent } = this.#options;
    const { watch, revisions, send } = viewer;
    let heads = newest.filter((push) => isNews(viewer, push));
    let pushes: PushChanges[] = [];
    let cells = 0;
    let hasSent = false;
    // Changes that arrive while this page is told are sent the next time.
    const position = model.position();
    const ids = [...revisions].map((revision) => ({ revision, id: resultSetId(watch.project, revision) }));
    const told = ids.map(({ revision, id }) => ({ revision, changes: model.changesOf(id, viewer.position) }));
    for (const { revision, changes } of told) {
      for (const part of changes === null ? [] : partsOf(revision, changes, cellsOfEvent)) {
        pushes.push(part);
        cells += part.cells.length;
        if (cells < cellsOfEvent) continue;
        // Until the last event, the page has not got all changes up to the new position.
        const sent = send({ kind: "changes", heads, pushes, position: viewer.position });
        [heads, pushes, cells, hasSent] = [[], [], 0, true];
        await sent;
        await nextTurn();
        if (!this.#viewers.has(viewer)) return;
      }
    }
    viewer.position = position;
    const unwatched = ids.filter(({ id }) => skipped.has(id)).map(({ revision }) => revision);
    const isOther = unwatched.join() !== viewer.unwatched;
    viewer.unwatched = unwatched.join();
    if (isOther) await send({ kind: "unwatched", revisions: unwatched });
    if (hasSent || heads.length > 0 || pushes.length > 0)
      await send({ kind: "changes", heads, pushes, position });
  }
}

/** Cuts the changes of a push into parts of at most so many cells. */
function partsOf(revision: string, { isComplete, cells, gone }: CellChanges, most: number): PushChanges[] {
  const count = Math.max(1, Math.ceil(cells.length / most));
  return Array.from({ length: count }, (_, part) => ({
    revision,
    isComplete: isComplete && part === 0,
    cells: cells.slice(part * most, (part + 1) * most),
    gone: part === 0 ? gone : [],
    more: part < count - 1,
  }));
}

/** Adds the pushes that have arrived, and belong on the page, to those that it watches. */
function admitHeads({ watch, revisions }: Viewer, newest: readonly PushRow[]): void {
  const { follows } = watch;
  if (follows === null) return;
  for (const push of follows.isWhole ? newest : pushesAbove(revisions, newest)) {
    const isFitting =
      (follows.author === null || push.author === follows.author) &&
      (follows.since === null || push.order_at >= follows.since);
    if (isFitting && revisions.size < MAX_WATCHED) revisions.add(push.short_revision);
  }
}

/** Returns those of the newest pushes that stand above the last push of the page. Those below belong on a later page. */
function pushesAbove(revisions: ReadonlySet<string>, newest: readonly PushRow[]): readonly PushRow[] {
  const last = newest.findLastIndex(({ short_revision }) => revisions.has(short_revision));
  if (last !== -1) return newest.slice(0, last);
  // So many pushes have come that none of the page is among the newest. A reload shows those in between.
  return revisions.size === 0 ? newest : newest.slice(0, 1);
}

/** Returns whether a push is on the page, and has not been sent as it is now. */
function isNews({ revisions, heads }: Viewer, push: PushRow): boolean {
  const { short_revision } = push;
  if (!revisions.has(short_revision)) return false;
  const text = JSON.stringify(push);
  if (heads.get(short_revision) === text) return false;
  heads.set(short_revision, text);
  return true;
}
