import type { WorkCounts } from "../../store/ports/work-store.ts";
import { withDeadline } from "../../timing/deadline.ts";

export interface WorkCountingOptions {
  /** The store is asked no more often, however often one asks here; in milliseconds. */
  readonly everyMs: number;
  /** How long an answer is waited for; after that the one before is given. */
  readonly waitMs: number;
}

/** Null: the store is not there, or has not answered yet. */
export type CountWork = (store: { countWork(): Promise<WorkCounts> } | null) => Promise<WorkCounts | null>;

/** Counts the work in the store, for those who look often: what was counted a while ago serves them too. */
export function createWorkCounting({ everyMs, waitMs }: WorkCountingOptions): CountWork {
  let last: WorkCounts | null = null;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  return async (store) => {
    if (store === null) return null;
    if (asking === null && performance.now() - askedAtMs >= everyMs) {
      askedAtMs = performance.now();
      asking = store
        .countWork()
        // Away: what it held is not known. That it is away is told elsewhere, with the reason.
        .catch(() => null)
        .then((counts) => {
          last = counts;
          asking = null;
        });
    }
    if (asking !== null) await withDeadline(asking, waitMs, () => undefined);
    return last;
  };
}
