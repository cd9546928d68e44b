import { randomUUID } from "node:crypto";
import type { AnyBulkWriteOperation } from "mongodb";
import { Refused, Unavailable } from "../../domain/faults.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import { gridCell } from "../rules/grid-cell.ts";
import type { LogRoom } from "../rules/log-room.ts";
import { type BatchPlan, planBatch } from "../rules/plan-batch.ts";
import { ownersOf } from "../rules/planned-parts.ts";
import { PushBook } from "../rules/push-book.ts";
import { concernedIds, splitAtRetries } from "../rules/retry-guid.ts";
import { withNumber } from "../rules/wanted-numbers.ts";
import { cellTextAfter } from "./mongodb-cells.ts";
import { type Collections, type JobDocument, waiting, withNumberIn } from "./mongodb-collections.ts";
import { asUnavailable, isLostRace } from "./mongodb-faults.ts";
import { createJobReading, type ReadJob } from "./mongodb-jobs.ts";
import { freeNumbers } from "./mongodb-numbers.ts";
import { createOptions } from "./mongodb-options.ts";
import { writeParts } from "./mongodb-parts.ts";
import { createPushes } from "./mongodb-pushes.ts";
import { inOneReply, letOthersPass, MAX_ROUNDS, settleReads, TOO_SLOW, unordered } from "./mongodb-rounds.ts";

/**
 * The most rounds for an error that is not a lost race. After a lost reply, one round shows what was written. Some servers, however,
 * report a lost race as another error.
 */
const MAX_ERRORS = 2;

type Tagged = readonly [index: number, arrival: Arrival];

interface RoundEnd {
  /** Submissions that lost a race. They are applied again, starting with the reads. */
  readonly again: readonly Tagged[];
  /** The error of the write; null if there was none. */
  readonly error: unknown;
}

/** Writes batches. Each round takes a constant number of round trips, for result sets, then artifacts and logs, then jobs. */
export function createWrites(all: Collections, room: LogRoom) {
  const pushes = createPushes(all);
  const { readJobs, finishMoves } = createJobReading(all);
  const { writeOptions } = createOptions(all);

  async function storeSubmissions(batch: readonly Arrival[]): Promise<StoreOutcome[]> {
    const parts: StoreOutcome[][] = [];
    for (const part of splitAtRetries(batch)) parts.push(await storePart(part));
    return parts.flat();
  }

  async function storePart(batch: readonly Arrival[]): Promise<StoreOutcome[]> {
    const outcomes: StoreOutcome[] = [];
    let open: readonly Tagged[] = [...batch.entries()];
    for (let round = 0; open.length > 0; round++) {
      if (round > 0) await letOthersPass(round);
      const { again, error } = await storeRound(open, outcomes, round);
      const isRace = error === null || isLostRace(error);
      if (again.length > 0 && round >= (isRace ? MAX_ROUNDS : MAX_ERRORS))
        throw error ?? new Refused(TOO_SLOW);
      open = again;
    }
    return outcomes;
  }

  /** Writes the open submissions. Adds the outcomes of those that were written to `outcomes`. */
  async function storeRound(
    open: readonly Tagged[],
    outcomes: StoreOutcome[],
    round: number,
  ): Promise<RoundEnd> {
    const arrivals = open.map(([, arrival]) => arrival);
    const writeId = randomUUID();
    const [stored, read] = await Promise.all([
      readJobs(arrivals.flatMap(concernedIds)),
      pushes.readPushes(arrivals),
      countLogs(arrivals),
    ]);
    const book = new PushBook(read);
    const plan = planBatch(arrivals, stored, book, room, writeId);
    await pushes.writePushes(book, read);
    await Promise.all([writeOptions(plan), writeParts(all, plan)]);
    // An insert fails if another writer has stored the job, or if another job has its number. The latter is so rare that numbers
    // are only checked after the first round.
    const newJobs = round === 0 ? plan.newJobs : await withFreeNumbers(plan.newJobs);
    const { lost, error } = await writeJobs({ ...plan, newJobs }, stored, writeId);
    await finishMoves([...plan.renamed.keys()].filter((id) => !lost.has(id)));
    const again: Tagged[] = [];
    open.forEach(([index, arrival], at) => {
      const outcome = plan.outcomes[at];
      const isLost = concernedIds(arrival).some((id) => lost.has(id));
      if (isLost || outcome === undefined) again.push([index, arrival]);
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

  async function withFreeNumbers(newJobs: ReadonlyMap<string, StoredJob>): Promise<Map<string, StoredJob>> {
    const wanted = Array.from(newJobs, ([id, { rest_id }]) => [id, rest_id] as const);
    const numbers = await freeNumbers(wanted, (asked) =>
      all.jobs.find(withNumberIn(asked), { projection: { rest_id: 1 }, ...inOneReply }).toArray(),
    );
    return new Map(Array.from(newJobs, ([id, job]) => [id, withNumber(job, numbers.of(id))]));
  }

  /** Writes jobs by compare-and-set. Returns the ids of those that another writer changed first, and the server's error. */
  async function writeJobs(
    plan: BatchPlan,
    stored: ReadonlyMap<string, ReadJob>,
    writeId: string,
  ): Promise<{ readonly lost: ReadonlySet<string>; readonly error: unknown }> {
    let error: unknown = null;
    const { newJobs, changedJobs, renamed } = plan;
    const ids = [...newJobs.keys(), ...changedJobs.keys(), ...extendedJobs(plan)].toSorted();
    if (ids.length === 0) {
      await settleReads(all);
      return { lost: new Set(), error };
    }
    const writes = ids.map((_id): AnyBulkWriteOperation<JobDocument> => {
      const job = newJobs.get(_id);
      if (job !== undefined) {
        return { insertOne: { document: { _id, ...job, cell: JSON.stringify(gridCell(job)) } } };
      }
      const before = stored.get(_id);
      const version = before?.version ?? 0;
      const changes = changedJobs.get(_id);
      const cell = changes && cellTextAfter(before, changes);
      const moving_to = renamed.get(_id);
      const filter = { _id, version };
      const $set = {
        ...(changes ?? { version }),
        ...(cell === undefined ? {} : { cell }),
        ...(moving_to === undefined ? {} : { moving_to }),
      };
      return { updateOne: { filter, update: { $set } } };
    });
    try {
      const { insertedCount, matchedCount } = await all.jobs.bulkWrite(writes, unordered);
      if (insertedCount + matchedCount === ids.length) return { lost: new Set(), error };
    } catch (thrown) {
      // After a lost race or a lost reply, the read below shows what was written. If a document is at fault, the error is thrown.
      if (!isLostRace(thrown) && !(asUnavailable(thrown) instanceof Unavailable)) throw thrown;
      error = thrown;
    }
    const won = await all.jobs
      .find({ _id: { $in: ids }, write_id: writeId }, { projection: { _id: 1 }, ...inOneReply })
      .toArray();
    await settleReads(all);
    const ours = new Set(won.map(({ _id }) => _id));
    return { lost: new Set(ids.filter((id) => !ours.has(id))), error };
  }

  return { storeSubmissions, storeResultSets: pushes.storeResultSets };
}

/**
 * Returns the ids of the stored jobs that only get logs or artifacts. Such a job may have been removed since it was read. To detect
 * that, its version is written again unchanged. If this fails, the message is applied again to the current state of the store.
 */
function extendedJobs(plan: BatchPlan): string[] {
  return ownersOf(plan).filter((id) => !plan.newJobs.has(id) && !plan.changedJobs.has(id));
}
