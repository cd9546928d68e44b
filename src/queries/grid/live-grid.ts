import { setImmediate as nextTurn } from "node:timers/promises";
import { Unavailable } from "../../domain/faults.ts";
import { resultSetId } from "../../domain/ids.ts";
import type { PageReads, PushRow } from "../../store/ports/page-reads.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { GridModel, GridPosition } from "./grid-model.ts";
import {
  admitHeads,
  createViewer,
  type GridViewer,
  type GridWatch,
  type Head,
  isNews,
} from "./grid-viewer.ts";
import type { CellChanges } from "./hot-push.ts";

/** An event for an open page. */
export type GridEvent =
  | {
      readonly kind: "changes";
      /** Pushes that are new, or whose details have changed. */
      readonly heads: readonly PushRow[];
      readonly pushes: readonly PushChanges[];
      readonly position: GridPosition;
    }
  /** These pushes are not watched, because too many others are. The page has to request their changes itself. */
  | { readonly kind: "unwatched"; readonly revisions: readonly string[] }
  /** The store cannot be read. */
  | { readonly kind: "away" }
  | { readonly kind: "back" };

/** The changes of one push, or a part of them. All pages that get the same changes get the same object. */
export interface PushChanges extends CellChanges {
  readonly revision: string;
  /** Whether further events contain the rest of these changes. */
  readonly more: boolean;
}

/** Sends an event to a page. The promise resolves when there is room for another event, or when the page is closed. */
export type SendEvent = (event: GridEvent) => Promise<void>;

export interface LiveGridOptions {
  readonly store: Pick<PageReads, "listPushes">;
  readonly model: GridModel;
  /** How often the store is asked for changes, in milliseconds. */
  readonly everyMs: number;
  /** About how many cells one event contains; more are sent in further events. An event is written in one turn of the event loop. */
  readonly cellsOfEvent: number;
  /** Called for any error other than an unavailable store. */
  readonly onBug: (error: unknown) => void;
}

/** Among how many of a project's newest pushes new ones are looked for. */
const NEWEST = 20;

interface Viewer extends GridViewer {
  readonly send: SendEvent;
}

/** Looks for changes while pages are open, once for all pages, and sends each page the changes of its own pushes. */
export class LiveGrid {
  readonly #options: LiveGridOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #parts = new WeakMap<CellChanges, readonly PushChanges[]>();
  #timer: NodeJS.Timeout | null = null;
  #isAway = false;

  constructor(options: LiveGridOptions) {
    this.#options = options;
  }

  /** Sends events to an open page. @returns a function that stops the events. */
  open(watch: GridWatch, send: SendEvent): () => void {
    const viewer: Viewer = { ...createViewer(watch), send };
    this.#viewers.add(viewer);
    if (this.#isAway) void send({ kind: "away" });
    // Look immediately, because the page may have been without a stream for a while.
    if (this.#timer === null) this.#turnAfter(0);
    return () => this.#viewers.delete(viewer);
  }

  async #turn(): Promise<void> {
    try {
      await this.#look();
      this.#sendStoreState("back");
    } catch (error) {
      if (error instanceof Unavailable) this.#sendStoreState("away");
      else this.#options.onBug(error);
    }
    if (this.#viewers.size === 0) this.#timer = null;
    else this.#turnAfter(this.#options.everyMs);
  }

  #turnAfter(ms: number): void {
    // An open page must not keep the process from ending.
    this.#timer = setTimeout(() => void this.#turn(), ms).unref();
  }

  #sendStoreState(kind: "away" | "back"): void {
    if (this.#isAway === (kind === "away")) return;
    this.#isAway = kind === "away";
    for (const { send } of this.#viewers) void send({ kind });
  }

  async #look(): Promise<void> {
    // A page that opens from now on waits for the next turn. Its new pushes are not looked for now, so its position must not advance.
    const viewers = [...this.#viewers].filter(({ isSending }) => !isSending);
    const newest = await this.#newestPushes(viewers);
    for (const viewer of viewers) admitHeads(viewer, newest.get(viewer.watch.project) ?? []);
    const turns = new EventLoopTurns();
    const skipped = await this.#lookAtPushes(viewers, turns);
    for (const viewer of viewers) {
      viewer.isSending = true;
      this.#sendChanges(viewer, newest.get(viewer.watch.project) ?? [], skipped)
        .catch(this.#options.onBug)
        .finally(() => {
          viewer.isSending = false;
        });
      await turns.giveIfDue();
    }
  }

  async #newestPushes(viewers: readonly Viewer[]): Promise<ReadonlyMap<string, readonly Head[]>> {
    const newest = new Map<string, readonly Head[]>();
    for (const project of new Set(viewers.map(({ watch }) => watch.project))) {
      const { pushes } = await this.#options.store.listPushes({ project, limit: NEWEST });
      newest.set(
        project,
        pushes.map((push) => ({ push, text: JSON.stringify(push) })),
      );
    }
    return newest;
  }

  /** Updates the watched pushes. Returns the ids of those that do not fit into memory. */
  async #lookAtPushes(viewers: readonly Viewer[], turns: EventLoopTurns): Promise<ReadonlySet<string>> {
    const { model } = this.#options;
    const ids = new Set(
      viewers.flatMap(({ watch, revisions }) =>
        [...revisions].map((revision) => resultSetId(watch.project, revision)),
      ),
    );
    const skipped = new Set<string>();
    for (const id of ids) {
      // Otherwise the watched pushes would displace each other in memory, and all would be read completely each time.
      if (model.has(id) || model.hasRoom()) await model.look(id);
      else skipped.add(id);
      await turns.giveIfDue();
    }
    return skipped;
  }

  async #sendChanges(viewer: Viewer, newest: readonly Head[], skipped: ReadonlySet<string>): Promise<void> {
    const { model, cellsOfEvent } = this.#options;
    const { watch, revisions, send } = viewer;
    let heads = newest.filter((head) => isNews(viewer, head)).map(({ push }) => push);
    let pushes: PushChanges[] = [];
    let cells = 0;
    let hasSent = false;
    // Changes that arrive while events are being sent to this page are sent the next time.
    const position = model.position();
    const ids = [...revisions].map((revision) => ({ revision, id: resultSetId(watch.project, revision) }));
    const changed = ids.map(({ revision, id }) => ({
      revision,
      changes: model.changesOf(id, viewer.position),
    }));
    for (const { revision, changes } of changed) {
      for (const part of changes === null ? [] : this.#partsOf(revision, changes)) {
        pushes.push(part);
        cells += part.cells.length;
        if (cells < cellsOfEvent) continue;
        // Only after the last event does the page have all changes up to the new position.
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

  /** Returns the parts of a push's changes. Pages that get the same changes share the result. */
  #partsOf(revision: string, changes: CellChanges): readonly PushChanges[] {
    const known = this.#parts.get(changes);
    if (known !== undefined) return known;
    const parts = cutChanges(revision, changes, this.#options.cellsOfEvent);
    this.#parts.set(changes, parts);
    return parts;
  }
}

/** Divides the changes of a push into parts of at most `most` cells. */
function cutChanges(revision: string, { isComplete, cells, gone }: CellChanges, most: number): PushChanges[] {
  const count = Math.max(1, Math.ceil(cells.length / most));
  return Array.from({ length: count }, (_, part) => ({
    revision,
    isComplete: isComplete && part === 0,
    cells: cells.slice(part * most, (part + 1) * most),
    gone: part === 0 ? gone : [],
    more: part < count - 1,
  }));
}
