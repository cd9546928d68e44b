import type { WorkCounts } from "../../store/ports/work-store.ts";
import { withDeadline } from "../../timing/deadline.ts";

export interface WorkCountingOptions {
  /** The shortest time between two queries to the store, in milliseconds. */
  readonly everyMs: number;
  /** How long to wait for an answer, in milliseconds. After that the previous counts are returned. */
  readonly waitMs: number;
}

/** Counts the work in a store. Returns null if there is no store, or if it has not answered yet. */
export type CountWork = (store: { countWork(): Promise<WorkCounts> } | null) => Promise<WorkCounts | null>;

/** Creates a function that counts the work in the store. Between two queries it returns the previous counts. */
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
        // The store is away, so the counts are unknown. The reason is reported elsewhere.
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
