import type { AnyBulkWriteOperation, Collection, Filter } from "mongodb";
import { taskIdOf } from "../../domain/ids.ts";
import { clientName } from "../../domain/origin.ts";
import type {
  OnlyCounted,
  Rejection,
  RejectionEnd,
  RejectionHead,
  StoredRejection,
} from "../../domain/rejection.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import { retry } from "../../timing/retry.ts";
import type { RejectionCount, RejectionFilter, RejectionQuery } from "../ports/rejection-reads.ts";
import type { RetriedRejection } from "../ports/submission-store.ts";
import { admitRejections, type QuotaUse, type RejectionQuota, unlimited } from "../rules/admit-rejections.ts";
import {
  oldestDay,
  planRejections,
  quotaExpiry,
  quotaId,
  quotaKeys,
  rejectionsToRead,
} from "../rules/plan-rejections.ts";
import type { Collections, QuotaDocument, RejectionDocument, WithId } from "./mongodb-collections.ts";
import { retriableOf } from "./mongodb-faults.ts";
import { type HeadDocument, routeOf, toHead, toRejection } from "./mongodb-rejection-documents.ts";
import { inOneReply, raceBackoff, unordered } from "./mongodb-rounds.ts";

type Write = AnyBulkWriteOperation<RejectionDocument>;

/** How often a write is retried. If two workers insert the same rejection at the same time, the server refuses one of them. */
const MAX_ROUNDS = 8;

/** Stores rejections. A batch of any size is written in a constant number of round trips. */
export function createRejections(
  { rejections: collection, quotas }: Pick<Collections, "rejections" | "quotas">,
  ttlDays: number,
  quota: RejectionQuota = unlimited,
) {
  /**
   * Workers that write at the same time do not see each other's use of a quota, so each may exceed it by one batch. The use is written
   * last: if a reply is lost and the batch is retried, its rejections are already stored, and use no quota.
   */
  async function recordRejections(rejections: readonly Rejection[]): Promise<RejectionEnd[]> {
    const [known, used] = await Promise.all([findLastSeen(rejectionsToRead(rejections)), usesOf(rejections)]);
    const planned = planRejections(rejections, ttlDays, known);
    const { kept, uses, endsOf } = admitRejections(planned, known, used, quota);
    // The server deletes expired rejections with some delay. Until then, reads leave them out.
    await upsertAll(collection, kept.map(toUpsert));
    await upsertAll(
      quotas,
      uses.map((use) => toIncrement(use, ttlDays)),
    );
    return endsOf(rejections);
  }

  async function findLastSeen(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const wanted = { _id: { $in: [...ids] } };
    const found = collection.find(wanted, { projection: { last_seen: 1 }, ...inOneReply });
    return new Map((await found.toArray()).map(({ _id, last_seen }) => [_id, last_seen]));
  }

  async function usesOf(rejections: readonly Rejection[]): Promise<QuotaDocument[]> {
    const ids = quotaKeys(rejections).map(quotaId);
    return ids.length === 0 ? [] : quotas.find({ _id: { $in: ids } }, inOneReply).toArray();
  }

  async function listOnlyCounted({
    since,
    until,
  }: Pick<RejectionFilter, "since" | "until">): Promise<OnlyCounted[]> {
    const from = [oldestDay(ttlDays, Date.now()), since?.slice(0, 10) ?? ""].toSorted().at(-1);
    const day = { $gte: from ?? "", ...(until === undefined ? {} : { $lt: until }) };
    const found = quotas.find({ only_counted: { $gt: 0 }, day }).sort({ day: -1, exchange: 1 });
    return (await found.toArray()).map(({ day, exchange, only_counted }) => {
      return { day, exchange, messages: only_counted };
    });
  }

  async function upsertAll<T extends WithId>(
    into: Collection<T>,
    writes: readonly AnyBulkWriteOperation<T>[],
  ): Promise<void> {
    if (writes.length === 0) return;
    let open = writes;
    await retry(() => into.bulkWrite(open, unordered), {
      backoff: raceBackoff,
      onFailure(error, failures) {
        const indexes = retriableOf(error);
        if (indexes === null || failures > MAX_ROUNDS) throw error;
        // Writes that were done must not be repeated, because each of them increases a count.
        open = open.filter((_write, index) => indexes.has(index));
        return undefined;
      },
    });
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

  async function listRejections(query: RejectionQuery): Promise<StoredRejection[]> {
    return (await selected(query).toArray()).map(toRejection);
  }

  async function listRejectionHeads(query: RejectionQuery): Promise<RejectionHead[]> {
    const heads = selected(query).project<HeadDocument>({ "payload.content": 0 });
    return (await heads.toArray()).map(toHead);
  }

  function selected({ limit, after, oldestFirst = false, ...filter }: RejectionQuery) {
    const conditions = [filterOf(filter)];
    if (after !== undefined) {
      const { last_seen, id } = after;
      const beyond = oldestFirst ? "$gt" : "$lt";
      // The first of these two conditions lets the server use an index.
      conditions.push({ last_seen: { [`${beyond}e`]: last_seen } });
      conditions.push({
        $or: [{ last_seen: { [beyond]: last_seen } }, { last_seen, _id: { [beyond]: id } }],
      });
    }
    const direction = oldestFirst ? 1 : -1;
    return collection.find({ $and: conditions }).sort({ last_seen: direction, _id: direction }).limit(limit);
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

  return {
    recordRejections,
    resolveRejections,
    listRejections,
    listRejectionHeads,
    findRejection,
    findLastSeen,
    countRejections,
    listOnlyCounted,
  };
}

type Totals = Omit<RejectionCount, "exchange" | "reason">;

function toUpsert(rejection: StoredRejection): Write {
  const { id: _id, project, task_id, fault, payload } = rejection;
  const { first_seen, last_seen, count, expires_at } = rejection;
  return {
    updateOne: {
      filter: { _id },
      update: {
        $setOnInsert: routeOf(rejection),
        $set: { project, task_id, fault, payload },
        $min: { first_seen },
        $max: { last_seen, expires_at: new Date(expires_at) },
        $inc: { count },
      },
      upsert: true,
    },
  };
}

function toIncrement(use: QuotaUse, ttlDays: number): AnyBulkWriteOperation<QuotaDocument> {
  const { day, exchange, kept, bytes, only_counted } = use;
  return {
    updateOne: {
      filter: { _id: quotaId(use) },
      update: {
        $setOnInsert: { day, exchange, expires_at: quotaExpiry(use, ttlDays) },
        $inc: { kept, bytes, only_counted },
      },
      upsert: true,
    },
  };
}

function filterOf({
  task_id,
  client_id,
  id_prefix,
  reason,
  since,
  until,
  ...exact
}: RejectionFilter): Filter<RejectionDocument> {
  const sender = client_id === undefined ? undefined : clientName(client_id);
  return {
    ...Object.fromEntries(Object.entries(exact).filter(([, value]) => value !== undefined)),
    // Clients are found by the index of exchanges. In `$and`, so that nothing matches if the filter also names an exchange.
    ...(sender === undefined ? {} : { origin: "rest", $and: [{ exchange: sender }] }),
    ...(task_id === undefined ? {} : { $or: ofTask(task_id) }),
    ...(reason === undefined ? {} : { "fault.reason": reason }),
    ...(since === undefined && until === undefined
      ? {}
      : { last_seen: { ...(since && { $gte: since }), ...(until && { $lt: until }) } }),
    // `g` comes after the hexadecimal digits in ASCII.
    ...(id_prefix === undefined ? {} : { _id: { $gte: id_prefix, $lt: `${id_prefix}g` } }),
    expires_at: { $gt: new Date() },
  };
}

function ofTask(task_id: string): Filter<RejectionDocument>[] {
  // `0` comes after `/` in ASCII, so the range contains exactly the ids that begin with the task id and a slash.
  const forms = taskIdForms(task_id);
  return [
    { task_id: { $in: forms.flatMap((form) => [form, taskIdOf(form)]) } },
    ...forms.map((form) => ({ task_id: { $gte: `${form}/`, $lt: `${form}0` } })),
  ];
}
