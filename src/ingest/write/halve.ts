import { Unavailable } from "../../domain/faults.ts";

/**
 * Does the work on all items at once; where that throws a bug, on each half, until the culprit is alone. So a bug
 * that one item sets off costs that item alone. Order is kept, and the result has one entry per item.
 *
 * @param work - idempotent, since what went well before the throw is done again.
 * @param culprit - what becomes of the item that throws even alone.
 * @throws Unavailable as `work` throws it: that is nobody's fault.
 */
export async function halve<T, R>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<readonly R[]>,
  culprit: (item: T, error: unknown) => R,
): Promise<readonly R[]> {
  try {
    return items.length === 0 ? [] : await work(items);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return [culprit(only, error)];
    const middle = items.length >> 1;
    const first = await halve(items.slice(0, middle), work, culprit);
    return [...first, ...(await halve(items.slice(middle), work, culprit))];
  }
}
