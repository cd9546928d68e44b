import type { Db } from "mongodb";
import { arrivalSeconds } from "../rules/find-push.ts";
import { type Collections, collectionsOf, type ResultSetDocument } from "./mongodb-collections.ts";
import { DOCUMENTS_AT_ONCE, eachPage, once } from "./mongodb-once.ts";
import { unordered } from "./mongodb-rounds.ts";

/** Adds `order_at`, by which pages list pushes, to pushes of an earlier version. Several workers may do this at the same time. */
export function orderPushes(db: Db, stop: AbortSignal): Promise<void> {
  const all = collectionsOf(db);
  const projection = { push_timestamp: 1, order_at: 1 } as const;
  const options = { projection, sort: { _id: 1 }, limit: DOCUMENTS_AT_ONCE } as const;
  return once(db, "push_order", stop, () =>
    eachPage(
      (after) => all.resultsets.find({ _id: { $gt: after } }, options).toArray(),
      stop,
      (page) =>
        orderPage(
          all,
          page.filter(({ order_at }) => order_at === undefined),
        ),
    ),
  );
}

/** Adds the time of the last change to pushes of an earlier version. The real time is unknown, so they get the current time. */
export function datePushes(db: Db, stop: AbortSignal): Promise<void> {
  const { resultsets } = collectionsOf(db);
  return once(db, "push_dates", stop, async () => {
    const last_modified = new Date().toISOString();
    await resultsets.updateMany({ last_modified: { $exists: false } }, { $set: { last_modified } });
  });
}

type Unordered = Pick<ResultSetDocument, "_id" | "push_timestamp">;

async function orderPage(all: Collections, pushes: readonly Unordered[]): Promise<void> {
  const updates = [];
  for (const { _id, push_timestamp } of pushes) {
    const order_at = push_timestamp || (await firstArrival(all, _id));
    updates.push({ updateOne: { filter: { _id, push_timestamp }, update: { $set: { order_at } } } });
  }
  if (updates.length > 0) await all.resultsets.bulkWrite(updates, unordered);
}

/** Returns when a job of a skeleton arrived, in seconds; 0 if it has no jobs. Any of its first jobs is accurate enough. */
async function firstArrival(all: Collections, result_set: string): Promise<number> {
  const job = await all.jobs.findOne({ result_set }, { projection: { transitions: 1 } });
  const first = job?.transitions[0]?.received_at;
  return first === undefined ? 0 : arrivalSeconds(first);
}
