import { setTimeout as wait } from "node:timers/promises";
import type { AnyBulkWriteOperation, Filter } from "mongodb";
import { fullJitterMs } from "../../domain/backoff.ts";
import { taskIdOf } from "../../domain/ids.ts";
import type { Rejection, StoredRejection } from "../../domain/rejection.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import { planRejections } from "../plan-rejections.ts";
import type { RejectionCount, RejectionFilter, RejectionQuery, RetriedRejection } from "../store.ts";
import type { Collections, RejectionDocument } from "./collections.ts";
import { retriableOf } from "./faults.ts";

type Write = AnyBulkWriteOperation<RejectionDocument>;

/** Two workers that put the same new one at once: the server refuses one of them, which then only counts. */
const MAX_ROUNDS = 8;
const raceBackoff = { baseMs: 5, capMs: 200 };
const unordered = { ordered: false } as const;

/** What was refused: written in a constant number of round trips, whatever the batch's size. */
export function createRejections({ rejections: collection }: Collections, ttlDays: number) {
  async function recordRejections(rejections: readonly Rejection[]): Promise<void> {
    // The server drops what has expired by itself, sooner or later; in between it is in no answer.
    let open = planRejections(rejections, ttlDays).map(toUpsert);
    for (let round = 0; open.length > 0; round++) {
      try {
        await collection.bulkWrite(open, unordered);
        return;
      } catch (error) {
        const indexes = retriableOf(error);
        if (indexes === null || round >= MAX_ROUNDS) throw error;
        // Only those that were not written: each write counts.
        open = open.filter((_write, index) => indexes.has(index));
        await wait(fullJitterMs(round, raceBackoff));
      }
    }
  }

  async function resolveRejections(tried: readonly RetriedRejection[]): Promise<void> {
    const writes = tried.map(({ id: _id, last_seen, again }): Write => {
      if (again === null) return { deleteOne: { filter: { _id, last_seen } } };
      const { fault, payload, project, task_id } = again;
      return {
        updateOne: { filter: { _id, last_seen }, update: { $set: { fault, payload, project, task_id } } },
      };
    });
    if (writes.length > 0) await collection.bulkWrite(writes, unordered);
  }

  async function listRejections({
    limit,
    after,
    oldestFirst = false,
    ...filter
  }: RejectionQuery): Promise<StoredRejection[]> {
    const conditions = [filterOf(filter)];
    if (after !== undefined) {
      const { last_seen, id } = after;
      const beyond = oldestFirst ? "$gt" : "$lt";
      // The first condition is what an index can be entered with.
      conditions.push({ last_seen: { [`${beyond}e`]: last_seen } });
      conditions.push({
        $or: [{ last_seen: { [beyond]: last_seen } }, { last_seen, _id: { [beyond]: id } }],
      });
    }
    const direction = oldestFirst ? 1 : -1;
    const found = await collection
      .find({ $and: conditions })
      .sort({ last_seen: direction, _id: direction })
      .limit(limit)
      .toArray();
    return found.map(toRejection);
  }

  async function findRejection(_id: string): Promise<StoredRejection | null> {
    const found = await collection.findOne({ _id, expires_at: { $gt: new Date() } });
    return found === null ? null : toRejection(found);
  }

  async function countRejections(filter: RejectionFilter): Promise<RejectionCount[]> {
    const groups = collection.aggregate<{ _id: Pick<RejectionCount, "exchange" | "reason"> } & Totals>([
      { $match: filterOf(filter) },
      {
        $group: {
          _id: { exchange: "$exchange", reason: "$fault.reason" },
          rejections: { $sum: 1 },
          messages: { $sum: "$count" },
          first_seen: { $min: "$first_seen" },
          last_seen: { $max: "$last_seen" },
        },
      },
      { $sort: { messages: -1, "_id.exchange": 1, "_id.reason": 1 } },
    ]);
    return (await groups.toArray()).map(({ _id, ...totals }) => ({ ..._id, ...totals }));
  }

  return { recordRejections, resolveRejections, listRejections, findRejection, countRejections };
}

type Totals = Omit<RejectionCount, "exchange" | "reason">;

function toUpsert(rejection: StoredRejection): Write {
  const { id: _id, exchange, routing_key, project, task_id, fault, payload } = rejection;
  const { first_seen, last_seen, count, expires_at } = rejection;
  return {
    updateOne: {
      filter: { _id },
      update: {
        $setOnInsert: { exchange, routing_key },
        $set: { project, task_id, fault, payload },
        $min: { first_seen },
        $max: { last_seen, expires_at: new Date(expires_at) },
        $inc: { count },
      },
      upsert: true,
    },
  };
}

function filterOf({
  task_id,
  id_prefix,
  reason,
  since,
  until,
  ...exact
}: RejectionFilter): Filter<RejectionDocument> {
  return {
    ...Object.fromEntries(Object.entries(exact).filter(([, value]) => value !== undefined)),
    ...(task_id === undefined ? {} : { $or: ofTask(task_id) }),
    ...(reason === undefined ? {} : { "fault.reason": reason }),
    ...(since === undefined && until === undefined
      ? {}
      : { last_seen: { ...(since && { $gte: since }), ...(until && { $lt: until }) } }),
    // `g` follows the hexadecimal digits.
    ...(id_prefix === undefined ? {} : { _id: { $gte: id_prefix, $lt: `${id_prefix}g` } }),
    expires_at: { $gt: new Date() },
  };
}

function ofTask(task_id: string): Filter<RejectionDocument>[] {
  // `0` follows `/` in ASCII: the range holds exactly what begins with the task id and a slash.
  const forms = taskIdForms(task_id);
  return [
    { task_id: { $in: forms.flatMap((form) => [form, taskIdOf(form)]) } },
    ...forms.map((form) => ({ task_id: { $gte: `${form}/`, $lt: `${form}0` } })),
  ];
}

function toRejection({ _id, expires_at, ...rest }: RejectionDocument): StoredRejection {
  return { id: _id, ...rest, expires_at: expires_at.toISOString() };
}
