import { Unavailable } from "../../domain/faults.ts";

/** The result for one item, or the bug that it triggered. */
export type Tried<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly bug: unknown };

/**
 * Does the work on all items together. If that throws because of a bug, does it on each half, and so on, until the item that triggers
 * the bug is alone. All other items have their results by then. Returns one entry for each item, in order.
 *
 * @param work - must be idempotent, because work that succeeded before the error is repeated.
 * @throws Unavailable if `work` throws it, because no item causes that.
 */
export async function halve<T, R>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly Tried<R>[]> {
  if (items.length === 0) return [];
  try {
    const results = await work(items);
    if (results.length !== items.length)
      throw new Error(`${results.length} results for ${items.length} items`);
    return results.map((result) => ({ ok: true, result }));
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    if (items.length === 1) return [{ ok: false, bug: error }];
    const middle = items.length >> 1;
    const first = await halve(items.slice(0, middle), work);
    return [...first, ...(await halve(items.slice(middle), work))];
  }
}
