import type { AnyBulkWriteOperation } from "mongodb";
import { Unavailable } from "../../domain/faults.ts";
import { resultSetId } from "../../domain/ids.ts";
import { isFullRevision, type ResultSet, type ResultSetSubmission } from "../../domain/result-set.ts";
import type { Arrival } from "../ports/submission-store.ts";
import { completePush, keysOf, linkedOnce } from "../rules/complete-push.ts";
import { revisionKeys } from "../rules/find-push.ts";
import { type PushBook, pushKeys } from "../rules/push-book.ts";
import { type Collections, inOneOrder, type ResultSetDocument } from "./mongodb-collections.ts";
import { ignoreDuplicates, isLostRace } from "./mongodb-faults.ts";
import { inOneReply, letOthersPass, MAX_ROUNDS, TOO_SLOW, unordered } from "./mongodb-rounds.ts";

/** Reads and writes pushes, for a batch of jobs or when they are submitted themselves. */
export function createPushes(all: Pick<Collections, "resultsets">) {
  async function readPushes(arrivals: readonly Arrival[]): Promise<ResultSet[]> {
    const { keys, hashes } = pushKeys(arrivals.map(({ submission }) => submission));
    return pushesBy(keys, hashes);
  }

  async function pushesBy(keys: string[], hashes: readonly [string, string][]): Promise<ResultSet[]> {
    // One condition for each project, not for each hash: a server is slow with thousands of conditions, and a stranger's
    // message may bring that many hashes.
    const hashesOf = new Map<string, string[]>();
    for (const [project] of hashes) hashesOf.set(project, []);
    for (const [project, hash] of hashes) hashesOf.get(project)?.push(hash);
    const byHash = Array.from(hashesOf, ([project, $in]) => ({ project, revision_hash: { $in } }));
    const found = await all.resultsets
      .find({ $or: [{ revision_keys: { $in: keys } }, ...byHash] }, inOneReply)
      .toArray();
    return found.map(({ _id, revision_keys, ...push }) => push);
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
    // Another worker has just written some of these pushes. That is enough, unless only ours has the full revision.
    const lengthenings = changed
      .filter(({ _id, push: { revision } }) => !known.has(_id) && isFullRevision(revision))
      .map(({ _id: id, push }) => ({ updateOne: lengthening(id, push, push.short_revision) }));
    if (lengthenings.length > 0) await all.resultsets.bulkWrite(lengthenings, unordered);
  }

  async function storeResultSets(project: string, submitted: readonly ResultSetSubmission[]): Promise<void> {
    for (const resultSet of linkedOnce(submitted)) {
      for (let round = 0; !(await storeResultSet(project, resultSet)); round++) {
        if (round >= MAX_ROUNDS) throw new Unavailable("store", TOO_SLOW);
        await letOthersPass(round);
      }
    }
  }

  /** Returns false if another writer was faster. */
  async function storeResultSet(project: string, resultSet: ResultSetSubmission): Promise<boolean> {
    const push = completePush(await pushesBy(keysOf(project, resultSet), []), project, resultSet);
    if (push === null) return true;
    const { before, next } = push;
    const { _id, ...replacement } = toDocument(resultSetId(project, next.revision), next);
    try {
      if (before === null) return (await all.resultsets.insertOne({ _id, ...replacement })).acknowledged;
      const { revision, push_timestamp } = before;
      const asRead = { _id, revision, push_timestamp };
      return (await all.resultsets.replaceOne(asRead, replacement)).matchedCount === 1;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
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
