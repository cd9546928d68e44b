import { randomUUID } from "node:crypto";
import type { AnyBulkWriteOperation } from "mongodb";
import { Refused, Unavailable } from "../../domain/faults.ts";
import { jobId } from "../../domain/ids.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import { DECISIVE, type DecisiveJob } from "../rules/advance-job.ts";
import type { LogRoom } from "../rules/log-room.ts";
import { type BatchPlan, planBatch } from "../rules/plan-batch.ts";
import { PushBook } from "../rules/push-book.ts";
import {
  below,
  type Collections,
  inOneOrder,
  type JobDocument,
  packBlob,
  waiting,
} from "./mongodb-collections.ts";
import { asUnavailable, ignoreDuplicates, isLostRace } from "./mongodb-faults.ts";
import { createPushes } from "./mongodb-pushes.ts";
import { inOneReply, letOthersPass, MAX_ROUNDS, TOO_SLOW, unordered } from "./mongodb-rounds.ts";

/**
 * The most rounds for an error that is not a lost race. A lost reply is found out in one round; some servers report a lost race
 * as another error.
 */
const MAX_ERRORS = 2;
const decisive = Object.fromEntries(DECISIVE.map((name) => [name, 1]));

type Tagged = readonly [index: number, arrival: Arrival];

interface RoundEnd {
  /** Submissions that lost a race. They are done again, beginning with the reads. */
  readonly again: readonly Tagged[];
  /** The server's error; null if there was none. */
  readonly error: unknown;
}

/** Writes batches. Each round takes a constant number of round trips: result sets, then artifacts and logs, then jobs. */
export function createWrites(all: Collections, room: LogRoom) {
  const pushes = createPushes(all);

  async function storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]> {
    const outcomes: StoreOutcome[] = [];
    let open: readonly Tagged[] = [...batch.entries()];
    for (let round = 0; open.length > 0; round++) {
      if (round > 0) await letOthersPass(round);
      const { again, error } = await storeRound(open, outcomes);
      const isRace = error === null || isLostRace(error);
      if (again.length > 0 && round >= (isRace ? MAX_ROUNDS : MAX_ERRORS))
        throw error ?? new Refused(TOO_SLOW);
      open = again;
    }
    return outcomes;
  }

  /** Writes the open submissions, and enters the outcomes of those that were written. */
  async function storeRound(open: readonly Tagged[], outcomes: StoreOutcome[]): Promise<RoundEnd> {
    const arrivals = open.map(([, arrival]) => arrival);
    const writeId = randomUUID();
    const [stored, read] = await Promise.all([
      readJobs(arrivals),
      pushes.readPushes(arrivals),
      countLogs(arrivals),
    ]);
    const book = new PushBook(read);
    const plan = planBatch(arrivals, stored, book, room, writeId);
    await pushes.writePushes(book, read);
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

  /** Reads only the decisive fields, so that the rest of the job need not be sent. */
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

  /** Writes jobs by compare-and-set. Returns the ids of those that another writer changed first, and the server's error. */
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
      // After lost races or a lost reply, a read shows what was written. If a document is at fault, its error is thrown.
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
   * Waits until everything that was read is on most members. A read also returns data that only the primary has, and may lose
   * again. A write waits for all earlier writes to reach most members, even if it changes nothing. Used when outcomes depend
   * only on a read.
   */
  async function settleReads(): Promise<void> {
    await all.versions.updateOne({ _id: "none" }, { $set: { version: "none" } });
  }

  return { storeSubmissions, storeResultSets: pushes.storeResultSets };
}
