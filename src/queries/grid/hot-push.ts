import { CELL, type JobCell } from "../../domain/job-cell.ts";
import type { CellPlace, GridCell, PageReads } from "../../store/ports/page-reads.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";

/** A cell in memory. */
export interface HotCell {
  readonly cell: JobCell;
  /** Whether the job was coalesced into another one and is not completed. */
  readonly coalesced: boolean;
  /** The number of the change that added or replaced the cell. */
  readonly changeNumber: number;
}

/** The changes to the jobs of a push. */
export interface CellChanges {
  /** Whether these are all cells of the push, so that any other cell that a page may have is gone. */
  readonly isComplete: boolean;
  readonly cells: readonly HotCell[];
  /** Guids of jobs that the push no longer has. */
  readonly gone: readonly string[];
}

/** How many cells are read in one turn of the event loop. */
const READ_AT_ONCE = 500;
/** How far workers' clocks may differ, in milliseconds. Changes this long before the last known one are read again. */
const OVERLAP_MS = 15_000;
/** The overlap while a push changes so much that the full one would cost too much. It is about the time that a batch takes. */
const SHORT_OVERLAP_MS = 2000;
/** The most known cells that may be read again every time. */
const FEW_AGAIN = 200;
/** How often more than {@link FEW_AGAIN} cells are read again, in milliseconds. */
const MANY_AGAIN_EVERY_MS = 10_000;
/** How often all cells are read, because changes alone do not show which jobs have moved to another push or were coalesced. */
const COMPLETE_EVERY_MS = 5 * 60_000;
/** How many jobs that have left a push are remembered. Jobs seldom move. */
const MAX_GONE = 1000;
/** The memory of a cell besides its texts, in bytes; an estimate. */
const BYTES_OF_CELL = 300;

/** The cells of one push. They are kept up to date by reading what has changed since the last time. */
export class HotPush {
  readonly id: string;
  readonly #maxJobs: number;
  readonly #nextNumber: () => number;
  readonly #cells = new Map<string, HotCell>();
  #gone: { readonly guid: string; readonly changeNumber: number }[] = [];
  /** Null until all cells have been read. */
  #place: CellPlace | null = null;
  #completeAtMs = 0;
  #readAtMs = 0;
  /** When the changes of the full {@link OVERLAP_MS} were last read again, and how many of them were already known. */
  #againAtMs = 0;
  #knownAgain = 0;
  #lastChange = 0;
  #bytes = 0;
  #refreshing: Promise<void> | null = null;
  /** The last answer of {@link changesAfter}. */
  #lastAnswer: {
    readonly number: number;
    readonly lastChange: number;
    readonly changes: CellChanges;
  } | null = null;

  constructor(id: string, maxJobs: number, nextNumber: () => number) {
    this.id = id;
    this.#maxJobs = maxJobs;
    this.#nextNumber = nextNumber;
  }

  get cells(): ReadonlyMap<string, HotCell> {
    return this.#cells;
  }

  /** The number of the push's last change; 0 if it has no jobs yet. */
  get lastChange(): number {
    return this.#lastChange;
  }

  /** The estimated memory that the cells take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Updates the cells from the store. Concurrent calls share one read. */
  refresh(store: Pick<PageReads, "listCells">, nowMs: number): Promise<void> {
    this.#refreshing ??= this.#read(store, nowMs).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /**
   * Returns the changes with a greater number, or all cells for 0; null if there are none. Pages with the same number get the same
   * object, so that everything made from it can be shared.
   */
  changesAfter(number: number): CellChanges | null {
    const lastChange = this.#lastChange;
    if (lastChange <= number) return null;
    if (this.#lastAnswer?.number !== number || this.#lastAnswer.lastChange !== lastChange) {
      this.#lastAnswer = { number, lastChange, changes: this.#collectAfter(number) };
    }
    return this.#lastAnswer.changes;
  }

  #collectAfter(number: number): CellChanges {
    const isComplete = number === 0;
    return {
      isComplete,
      cells: [...this.#cells.values()].filter(({ changeNumber }) => changeNumber > number),
      gone: isComplete ? [] : this.#gone.filter((each) => each.changeNumber > number).map(({ guid }) => guid),
    };
  }

  async #read(store: Pick<PageReads, "listCells">, nowMs: number): Promise<void> {
    const isComplete = this.#place === null || nowMs - this.#completeAtMs >= COMPLETE_EVERY_MS;
    const seen = new Set<string>();
    const turns = new EventLoopTurns();
    const isLong = this.#knownAgain <= FEW_AGAIN || nowMs - this.#againAtMs >= MANY_AGAIN_EVERY_MS;
    const overlapMs = isLong ? OVERLAP_MS : SHORT_OVERLAP_MS;
    let after =
      isComplete || this.#place === null ? null : placeToReadFrom(this.#place, this.#readAtMs, overlapMs);
    let known = 0;
    for (;;) {
      const place = after === null ? {} : { after };
      const { cells, next } = await store.listCells({ result_set: this.id, ...place, limit: READ_AT_ONCE });
      for (const cell of cells) {
        seen.add(cell.cell[CELL.guid]);
        if (!this.#take(cell)) known += 1;
      }
      after = next;
      if (cells.length < READ_AT_ONCE) break;
      await turns.giveIfDue();
    }
    this.#place = after;
    this.#readAtMs = nowMs;
    if (isLong) {
      this.#againAtMs = nowMs;
      this.#knownAgain = isComplete ? 0 : known;
    }
    if (!isComplete) return;
    this.#completeAtMs = nowMs;
    for (const guid of this.#cells.keys()) {
      if (!seen.has(guid)) this.#drop(guid);
    }
  }

  /** Adds or replaces a cell. Returns false if this version of the cell is already known, because it was read again. */
  #take({ cell, coalesced }: GridCell): boolean {
    const guid = cell[CELL.guid];
    const known = this.#cells.get(guid);
    if (known === undefined && this.#cells.size >= this.#maxJobs) return true;
    if (known?.cell[CELL.version] === cell[CELL.version] && known.coalesced === coalesced) return false;
    this.#lastChange = this.#nextNumber();
    this.#cells.set(guid, { cell, coalesced, changeNumber: this.#lastChange });
    this.#bytes += sizeOf(cell) - (known === undefined ? 0 : sizeOf(known.cell));
    if (known === undefined) this.#gone = this.#gone.filter((each) => each.guid !== guid);
    return true;
  }

  #drop(guid: string): void {
    const known = this.#cells.get(guid);
    if (known === undefined) return;
    this.#cells.delete(guid);
    this.#bytes -= sizeOf(known.cell);
    this.#lastChange = this.#nextNumber();
    this.#gone = [...this.#gone.slice(1 - MAX_GONE), { guid, changeNumber: this.#lastChange }];
  }
}

/**
 * Returns the place to read changes from. It is the last known change, or some time before it if a worker whose clock is behind
 * may have stored an earlier change since the last read.
 *
 * @param readAtMs - when the push was last read.
 * @param overlapMs - how long before the last known change to begin in that case.
 */
function placeToReadFrom(last: CellPlace, readAtMs: number, overlapMs: number): CellPlace {
  const changedMs = Date.parse(last.changed);
  // No change has been read yet.
  if (Number.isNaN(changedMs)) return { changed: "", id: null };
  if (changedMs < readAtMs - OVERLAP_MS) return last;
  return { changed: new Date(Math.min(changedMs, readAtMs) - overlapMs).toISOString(), id: null };
}

function sizeOf(cell: JobCell): number {
  const texts = [CELL.guid, CELL.groupSymbol, CELL.groupName, CELL.symbol, CELL.name, CELL.platform] as const;
  return texts.reduce((sum, place) => sum + cell[place].length, BYTES_OF_CELL);
}
