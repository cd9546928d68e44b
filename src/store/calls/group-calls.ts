import { setImmediate as nextTurn } from "node:timers/promises";
import { Unavailable } from "../../domain/faults.ts";

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R | PromiseLike<R>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one call for many items. Items that are added in the same turn of the event loop, or while a call is in progress, share
 * the next call, and so one commit or one round trip. If a call fails although the store is available, its items are tried one
 * by one, so that only the faulty item fails.
 *
 * @param together - returns a result for each item, in the same order. Must be idempotent, and handle all items or none.
 */
export function groupCalls<T, R>(
  together: (items: readonly T[]) => Promise<readonly R[]>,
): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = [];
  let isBusy = false;

  async function work(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      await nextTurn();
      const group = waiting;
      waiting = [];
      await settle(group);
    }
    isBusy = false;
  }

  async function settle(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await together(group.map(({ item }) => item));
      for (const [at, result] of results.entries()) group[at]?.resolve(result);
    } catch (error) {
      if (group.length === 1 || error instanceof Unavailable) for (const { reject } of group) reject(error);
      else for (const one of group) await settle([one]);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isBusy) void work();
    });
}
