import { isDeepStrictEqual } from "node:util";
import type { AnyBulkWriteOperation } from "mongodb";
import { Unavailable } from "../../domain/faults.ts";
import { isFullRevision, type ResultSet } from "../../domain/result-set.ts";
import type { Arrival, ResultSetArrival, StoreOutcome } from "../ports/submission-store.ts";
import { revisionKeys } from "../rules/find-push.ts";
import { planResultSets, pushIdOf, submittedKeys } from "../rules/plan-result-sets.ts";
import { PushBook, pushKeys } from "../rules/push-book.ts";
import { withNumber } from "../rules/wanted-numbers.ts";
import {
  type Collections,
  inOneOrder,
  type ResultSetDocument,
  toResultSet,
  withNumberIn,
} from "./mongodb-collections.ts";
import { ignoreDuplicates, isLostRace } from "./mongodb-faults.ts";
import { freeNumbers } from "./mongodb-numbers.ts";
import { inOneReply, letOthersPass, MAX_ROUNDS, settleReads, TOO_SLOW, unordered } from "./mongodb-rounds.ts";

/** Reads and writes pushes, both for batches of jobs and for submitted pushes. */
export function createPushes(all: Pick<Collections, "resultsets" | "versions">) {
  async function readPushes(arrivals: readonly Arrival[]): Promise<ResultSet[]> {
    const { keys, hashes } = pushKeys(arrivals.map(({ submission }) => submission));
    return pushesBy(keys, hashes);
  }

  async function pushesBy(keys: string[], hashes: readonly [string, string][]): Promise<ResultSet[]> {
    // One condition per project instead of one per hash, because a server is slow with thousands of conditions, and a publisher's
    // message may contain that many hashes.
    const hashesOf = new Map<string, string[]>();
    for (const [project] of hashes) hashesOf.set(project, []);
    for (const [project, hash] of hashes) hashesOf.get(project)?.push(hash);
    const byHash = Array.from(hashesOf, ([project, $in]) => ({ project, revision_hash: { $in } }));
    const filter = { $or: [{ revision_keys: { $in: keys } }, ...byHash] };
    for (;;) {
      const found = await all.resultsets.find(filter, inOneReply).toArray();
      const leaving = found.filter(({ leaving_since }) => leaving_since !== undefined);
      if (leaving.length === 0) return found.map(toResultSet);
      await keepPushes(leaving.map(({ _id }) => _id));
    }
  }

  /** Unmarks pushes that were marked for removal, because jobs or revisions are added to them; see `removePushes`. */
  async function keepPushes(ids: readonly string[]): Promise<void> {
    await all.resultsets.updateMany({ _id: { $in: [...ids] } }, { $unset: { leaving_since: "" } });
  }

  async function writePushes(book: PushBook, read: readonly ResultSet[]): Promise<void> {
    if (book.changed.size === 0) return;
    const known = new Map(read.map((push) => [book.idOf(push), push]));
    const changed = inOneOrder([...book.changed].map(([_id, push]) => ({ _id, push })));
    const writes = changed.map(({ _id: id, push }): AnyBulkWriteOperation<ResultSetDocument> => {
      const before = known.get(id);
      return before === undefined
        ? { insertOne: { document: toDocument(id, push) } }
        : { updateOne: lengthening(id, push, before.revision) };
    });
    if (await ignoreDuplicates(all.resultsets.bulkWrite(writes, unordered))) return;
    await insertMissing(changed.filter(({ _id }) => !known.has(_id)));
    // Another worker has just written some of these pushes. They only need an update if our version has the full revision.
    const lengthenings = changed
      .filter(({ _id, push: { revision } }) => !known.has(_id) && isFullRevision(revision))
      .map(({ _id: id, push }) => ({ updateOne: lengthening(id, push, push.short_revision) }));
    if (lengthenings.length > 0) await all.resultsets.bulkWrite(lengthenings, unordered);
  }

  /** Inserts new pushes that are still missing, because another push has their number. They get other numbers. */
  async function insertMissing(pushes: readonly { _id: string; push: ResultSet }[]): Promise<void> {
    for (let open = pushes, round = 0; ; round++) {
      const ids = open.map(({ _id }) => _id);
      const written = await all.resultsets
        .find({ _id: { $in: ids } }, { projection: { _id: 1 }, ...inOneReply })
        .toArray();
      const there = new Set(written.map(({ _id }) => _id));
      open = open.filter(({ _id }) => !there.has(_id));
      if (open.length === 0) return;
      if (round >= MAX_ROUNDS) throw new Unavailable("store", TOO_SLOW);
      const numbers = await numbersFor(open.map(({ _id, push }) => [_id, push.rest_id]));
      const documents = open.map(({ _id, push }) => toDocument(_id, withNumber(push, numbers.of(_id))));
      await ignoreDuplicates(all.resultsets.insertMany(documents, unordered));
    }
  }

  async function numbersFor(wanted: readonly (readonly [id: string, number: number])[]) {
    return freeNumbers(wanted, (asked) =>
      all.resultsets.find(withNumberIn(asked), { projection: { rest_id: 1 }, ...inOneReply }).toArray(),
    );
  }

  async function storeResultSets(batch: readonly ResultSetArrival[]): Promise<StoreOutcome[]> {
    const outcomes: StoreOutcome[] = [];
    let open = [...batch.entries()];
    for (let round = 0; open.length > 0; round++) {
      if (round > MAX_ROUNDS) throw new Unavailable("store", TOO_SLOW);
      if (round > 0) await letOthersPass(round);
      const arrivals = open.map(([, arrival]) => arrival);
      const { keys, hashes } = submittedKeys(arrivals);
      const read = await pushesBy(keys, hashes);
      const book = new PushBook(read);
      const planned = planResultSets(arrivals, book);
      const lost = await putPushes(book, read, round);
      for (const [at, [index, arrival]] of open.entries()) {
        const outcome = planned[at];
        if (outcome !== undefined && !lost.has(pushIdOf(arrival))) outcomes[index] = outcome;
      }
      open = open.filter(([, arrival]) => lost.has(pushIdOf(arrival)));
    }
    return outcomes;
  }

  /** Writes submitted pushes by compare-and-set. Returns the ids of those that another writer changed first. */
  async function putPushes(
    book: PushBook,
    read: readonly ResultSet[],
    round: number,
  ): Promise<ReadonlySet<string>> {
    // As with jobs, an insert may also fail because another push has the number. Numbers are only checked after the first round.
    const numbers = round === 0 ? null : await numbersFor(book.wantedNumbers());
    const known = new Map(read.map((push) => [book.idOf(push), push]));
    const changed = inOneOrder(
      Array.from(book.changed, ([_id, push]) => {
        const isNumbered = numbers === null || known.has(_id);
        return { _id, push: isNumbered ? push : withNumber(push, numbers.of(_id)) };
      }),
    );
    if (changed.length === 0) {
      await settleReads(all);
      return new Set();
    }
    const writes = changed.map(({ _id: id, push }): AnyBulkWriteOperation<ResultSetDocument> => {
      const { _id, ...replacement } = toDocument(id, push);
      const before = known.get(_id);
      if (before === undefined) return { insertOne: { document: { _id, ...replacement } } };
      const { revision, push_timestamp } = before;
      return { replaceOne: { filter: { _id, revision, push_timestamp }, replacement } };
    });
    try {
      const { insertedCount, matchedCount } = await all.resultsets.bulkWrite(writes, unordered);
      if (insertedCount + matchedCount === changed.length) return new Set();
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
    const now = await all.resultsets
      .find({ _id: { $in: changed.map(({ _id }) => _id) } }, inOneReply)
      .toArray();
    await settleReads(all);
    const stored = new Map(now.map((document) => [document._id, toResultSet(document)]));
    // A push does not count as lost if another writer has stored an equal push.
    return new Set(
      changed.filter(({ _id, push }) => !isDeepStrictEqual(stored.get(_id), push)).map(({ _id }) => _id),
    );
  }

  return { readPushes, writePushes, storeResultSets };
}

/** Returns an update that does nothing if another writer has lengthened the push since it was read. */
function lengthening(_id: string, { revision }: ResultSet, before: string) {
  return { filter: { _id, revision: before }, update: { $set: { revision } } };
}

function toDocument(_id: string, push: ResultSet): ResultSetDocument {
  return { _id, ...push, revision_keys: revisionKeys(push) };
}
