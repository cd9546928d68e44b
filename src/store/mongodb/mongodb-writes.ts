import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { AnyBulkWriteOperation } from "mongodb";
import { Refused, Unavailable } from "../../domain/faults.ts";
import { jobId, resultSetId } from "../../domain/ids.ts";
import { isFullRevision, type ResultSet, type ResultSetSubmission } from "../../domain/result-set.ts";
import { fullJitterMs } from "../../timing/backoff.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import { DECISIVE, type DecisiveJob } from "../rules/advance-job.ts";
import { completePush, keysOf, linkedOnce } from "../rules/complete-push.ts";
import { revisionKeys } from "../rules/find-push.ts";
import type { LogRoom } from "../rules/log-room.ts";
import { type BatchPlan, planBatch } from "../rules/plan-batch.ts";
import { PushBook, pushKeys } from "../rules/push-book.ts";
import {
  below,
  type Collections,
  inOneOrder,
  type JobDocument,
  packBlob,
  type ResultSetDocument,
  waiting,
} from "./mongodb-collections.ts";
import { asUnavailable, ignoreDuplicates, isLostRace } from "./mongodb-faults.ts";

/** Each round at least one of the racing writers wins, so this many are lost only by a storm. */
const MAX_ROUNDS = 12;
/** A reply that was lost is found out in one; some servers call a lost race an error of their own. */
const MAX_ERRORS = 2;
const TOO_SLOW = "other writers were faster too often";
const raceBackoff = { baseMs: 5, capMs: 200 };
const unordered = { ordered: false } as const;
const decisive = Object.fromEntries(DECISIVE.map((name) => [name, 1]));
/** A reply holds what it can: left to itself a server gives 101 documents, and has to be asked again for the rest. */
const inOneReply = { batchSize: 100_000 } as const;

type Tagged = readonly [index: number, arrival: Arrival];

interface RoundEnd {
  /** What lost its race, to be done again from the reading on. */
  readonly again: readonly Tagged[];
  /** What the server said to it; null: nothing. */
  readonly error: unknown;
}

/** What writes a batch, in a constant number of round trips a round: result sets, artifacts, logs, the jobs last. */
export function createWrites(all: Collections, room: LogRoom) {
  async function storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]> {
    const outcomes: StoreOutcome[] = [];
    let open: readonly Tagged[] = [...batch.entries()];
    for (let round = 0; open.length > 0; round++) {
      if (round > 0) await wait(fullJitterMs(round, raceBackoff));
      const { again, error } = await storeRound(open, outcomes);
      const isRace = error === null || isLostRace(error);
      if (again.length > 0 && round >= (isRace ? MAX_ROUNDS : MAX_ERRORS))
        throw error ?? new Refused(TOO_SLOW);
      open = again;
    }
    return outcomes;
  }

  /** Notes the outcomes of what was written. */
  async function storeRound(open: readonly Tagged[], outcomes: StoreOutcome[]): Promise<RoundEnd> {
    const arrivals = open.map(([, arrival]) => arrival);
    const writeId = randomUUID();
    const [stored, read] = await Promise.all([readJobs(arrivals), readPushes(arrivals), countLogs(arrivals)]);
    const pushes = new PushBook(read);
    const plan = planBatch(arrivals, stored, pushes, room, writeId);
    await writePushes(pushes, read);
    await writeParts(plan);
    const { lost, error } = await writeJobs(plan, stored, writeId);
    const again: Tagged[] = [];
    open.forEach(([index, arrival], at) => {
      const { project, job } = arrival.submission;
      const outcome = plan.outcomes[at];
      if (lost.has(jobId(project, job.job_guid)) || outcome === undefined) again.push([index, arrival]);
      else outcomes[index] = outcome;
    });
    return { again, error };
  }

  /** Counts the waiting logs of the exchanges whose count is missing or old. */
  async function countLogs(arrivals: readonly Arrival[]): Promise<void> {
    const counts = room.toCount(arrivals).map(async (exchange) => {
      room.note(
        exchange,
        await all.logs.countDocuments({ exchange, ...waiting }, { limit: room.maxWaiting }),
      );
    });
    await Promise.all(counts);
  }

  /** What of them decides; the rest stays on the server, and is neither sent nor read. */
  async function readJobs(arrivals: readonly Arrival[]): Promise<Map<string, DecisiveJob>> {
    const ids = arrivals.map(({ submission: { project, job } }) => jobId(project, job.job_guid));
    const jobs = await all.jobs
      .find({ _id: { $in: [...new Set(ids)] } }, { projection: decisive, ...inOneReply })
      .toArray();
    return new Map(
      jobs.map(({ _id, state, version, refused, transitions }) => {
        return [_id, { state, version, refused, transitions }];
      }),
    );
  }

  async function readPushes(arrivals: readonly Arrival[]): Promise<ResultSet[]> {
    const { keys, hashes } = pushKeys(arrivals.map(({ submission }) => submission));
    return pushesBy(keys, hashes);
  }

  async function pushesBy(keys: string[], hashes: readonly [string, string][]): Promise<ResultSet[]> {
    // One condition a project: a server is slow over thousands of them, and a stranger's message may bring as many hashes.
    const hashesOf = new Map<string, string[]>();
    for (const [project] of hashes) hashesOf.set(project, []);
    for (const [project, hash] of hashes) hashesOf.get(project)?.push(hash);
    const byHash = Array.from(hashesOf, ([project, $in]) => ({ project, revision_hash: { $in } }));
    const found = await all.resultsets
      .find({ $or: [{ revision_keys: { $in: keys } }, ...byHash] }, inOneReply)
      .toArray();
    return found.map(({ _id, revision_keys, ...push }) => push);
  }

  async function writePushes(pushes: PushBook, read: readonly ResultSet[]): Promise<void> {
    if (pushes.changed.size === 0) return;
    const known = new Map(read.map((push) => [pushes.idOf(push), push]));
    const changed = inOneOrder([...pushes.changed].map(([_id, push]) => ({ _id, push })));
    const writes = changed.map(({ _id: id, push }): AnyBulkWriteOperation<ResultSetDocument> => {
      const before = known.get(id);
      return before === undefined
        ? { insertOne: { document: toDocument(id, push) } }
        : { updateOne: lengthening(id, push, before.revision) };
    });
    if (await ignoreDuplicates(all.resultsets.bulkWrite(writes, unordered))) return;
    // Another worker's skeleton, or push, is as good as ours, but for a revision that only ours has in full.
    const lengthenings = changed
      .filter(({ _id, push: { revision } }) => !known.has(_id) && isFullRevision(revision))
      .map(({ _id: id, push }) => ({ updateOne: lengthening(id, push, push.short_revision) }));
    if (lengthenings.length > 0) await all.resultsets.bulkWrite(lengthenings, unordered);
  }

  async function writeParts(plan: BatchPlan): Promise<void> {
    const order = Date.now() * 1000;
    const unleased = { attempts: 0, lease: null, lease_until: null };
    const artifacts = [...plan.artifacts].map(([_id, { job, artifact }], index) => {
      const { name, type, blob } = artifact;
      return {
        _id,
        job,
        name,
        type,
        blob: packBlob(blob),
        made_by: "message",
        order: order + index,
      } as const;
    });
    const logs = [...plan.logs].map(([_id, log], n) => ({ _id, ...log, ...unleased, order: order + n }));
    const suggestions = [...plan.suggestions].map(([_id, work]) => ({
      ...{ _id, ...work, ...unleased, failure: null },
      blob: packBlob(work.blob),
    }));
    const links = inOneOrder([...plan.coalesced].map(([_id, into_guid]) => ({ _id, into_guid })));
    const coalesced = links.map(({ _id, into_guid }) => ({
      updateOne: { filter: { _id }, update: { $max: { into_guid } }, upsert: true },
    }));
    const parsed = { parse_status: "parsed", failure: null, next_attempt_at: null } as const;
    const summarised = plan.summarised.map(({ job, logName }) => ({
      updateMany: {
        filter: { _id: below(job), name: logName, parse_status: { $ne: "parsed" as const } },
        update: { $set: parsed },
      },
    }));
    await Promise.all([
      artifacts.length > 0 && ignoreDuplicates(all.artifacts.insertMany(inOneOrder(artifacts), unordered)),
      logs.length > 0 && ignoreDuplicates(all.logs.insertMany(inOneOrder(logs), unordered)),
      suggestions.length > 0 &&
        ignoreDuplicates(all.suggestions.insertMany(inOneOrder(suggestions), unordered)),
      coalesced.length > 0 && all.coalesced.bulkWrite(coalesced, unordered),
    ]);
    if (summarised.length > 0) await all.logs.bulkWrite(summarised, unordered);
  }

  /** Compare-and-set: gives the ids of those that another writer changed since they were read, and what the server said. */
  async function writeJobs(
    { newJobs, changedJobs }: BatchPlan,
    stored: ReadonlyMap<string, DecisiveJob>,
    writeId: string,
  ): Promise<{ readonly lost: ReadonlySet<string>; readonly error: unknown }> {
    let error: unknown = null;
    const ids = [...newJobs.keys(), ...changedJobs.keys()].toSorted();
    if (ids.length === 0) {
      await settleReads();
      return { lost: new Set(), error };
    }
    const writes = ids.map((_id): AnyBulkWriteOperation<JobDocument> => {
      const job = newJobs.get(_id);
      if (job !== undefined) return { insertOne: { document: { _id, ...job } } };
      const filter = { _id, version: stored.get(_id)?.version ?? 0 };
      return { updateOne: { filter, update: { $set: changedJobs.get(_id) ?? {} } } };
    });
    try {
      const { insertedCount, matchedCount } = await all.jobs.bulkWrite(writes, unordered);
      if (insertedCount + matchedCount === ids.length) return { lost: new Set(), error };
    } catch (thrown) {
      // Lost races, or a reply that was lost: what is there tells. A document that is to blame is told as such.
      if (!isLostRace(thrown) && !(asUnavailable(thrown) instanceof Unavailable)) throw thrown;
      error = thrown;
    }
    const won = await all.jobs
      .find({ _id: { $in: ids }, write_id: writeId }, { projection: { _id: 1 }, ...inOneReply })
      .toArray();
    await settleReads();
    const ours = new Set(won.map(({ _id }) => _id));
    return { lost: new Set(ids.filter((id) => !ours.has(id))), error };
  }

  /**
   * For outcomes that rest on a read alone, which also shows what only the primary has yet, and may have to take back:
   * a write waits until all before it is on most members, also one that finds nothing to change.
   */
  async function settleReads(): Promise<void> {
    await all.versions.updateOne({ _id: "none" }, { $set: { version: "none" } });
  }

  async function storeResultSets(project: string, submitted: readonly ResultSetSubmission[]): Promise<void> {
    for (const resultSet of linkedOnce(submitted)) {
      for (let round = 0; !(await storeResultSet(project, resultSet)); round++) {
        if (round >= MAX_ROUNDS) throw new Unavailable("store", TOO_SLOW);
        await wait(fullJitterMs(round, raceBackoff));
      }
    }
  }

  /** False: another writer was faster. */
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

  return { storeSubmissions, storeResultSets };
}

/** One that has changed since it was read has been lengthened by another. */
function lengthening(_id: string, { revision }: ResultSet, before: string) {
  return { filter: { _id, revision: before }, update: { $set: { revision } } };
}

function toDocument(_id: string, push: ResultSet): ResultSetDocument {
  return { _id, ...push, revision_keys: revisionKeys(push) };
}
