import type { AnyBulkWriteOperation } from "mongodb";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Copied, CopyPage, CopyQuery } from "../ports/copy-store.ts";
import { gridCell } from "../rules/grid-cell.ts";
import { isRenamedSince, judgeJobs } from "../rules/judge-copy.ts";
import { mergeJob } from "../rules/merge-copy.ts";
import { withNumber } from "../rules/wanted-numbers.ts";
import {
  type Collections,
  isJob,
  type JobDocument,
  toStoredJob,
  withNumberIn,
} from "./mongodb-collections.ts";
import {
  type CopyWrite,
  endsOf,
  findInOrder,
  projectIdsBehind,
  readPage,
  type WalkedCopier,
  writeAll,
  writeInRounds,
} from "./mongodb-copier.ts";
import { createMoves } from "./mongodb-moves.ts";
import { freeNumbers } from "./mongodb-numbers.ts";
import { inOneReply } from "./mongodb-rounds.ts";
import { createTombstones } from "./mongodb-tombstones.ts";

const headFields = {
  ...({ state: 1, version: 1, write_id: 1, last_modified: 1, rest_id: 1 } as const),
  ...({ moving_to: 1, removed_at: 1 } as const),
};
/** The fields of a stored job that decide whether a copy is written. */
type Head = Pick<JobDocument, keyof typeof headFields | "_id">;

interface Write extends CopyWrite<Copied<"job">> {
  /** The job to write, which may have another number than the copied document. */
  readonly job: StoredJob;
  /** The stored job, which is in an earlier state; null if no job is stored. */
  readonly before: Head | null;
}

/** Copies jobs without their parts. Jobs are written by compare-and-set, so that workers may write at the same time. */
export function createJobCopier(all: Collections): WalkedCopier<"job"> {
  const { jobs, resultsets } = all;
  const { finishMoves } = createMoves(all);
  const { clearJobs } = createTombstones(all);

  async function page(query: CopyQuery): Promise<CopyPage> {
    const changed = query.since === null ? {} : { last_modified: { $gte: query.since } };
    const moving: string[] = [];
    const read = await readPage(
      jobs.find({ _id: projectIdsBehind(query), ...changed, ...isJob }),
      (document) => {
        if (document.moving_to !== undefined) moving.push(document._id);
        return toCopy(document);
      },
    );
    if (moving.length === 0) return read;
    // The rename of these jobs by a retry was interrupted. It is completed first, as before every other use of such jobs.
    await finishMoves(moving);
    return page(query);
  }

  /** Plans the writes for jobs that are missing, or stored in an earlier state. */
  async function plan(documents: readonly Copied<"job">[], round: number): Promise<Write[]> {
    // If this is not the first round, a write has failed, perhaps because another job has the number.
    const renamedHere = round === 0 ? new Set() : await renameCopies(documents);
    const heads = await readHeads(documents.map(({ id }) => id));
    const writes = documents.flatMap((document): Write[] => {
      const { id, job } = document;
      const before = heads.get(id) ?? null;
      if (before === null ? renamedHere.has(id) : judgeJobs(job, before) !== "earlier") return [];
      return [{ document, job, before }];
    });
    return round === 0 ? writes : withFreeNumbers(writes);
  }

  async function readHeads(ids: readonly string[]): Promise<Map<string, Head>> {
    for (;;) {
      const found: Head[] = await jobs
        .find({ _id: { $in: [...ids] } }, { projection: headFields, ...inOneReply })
        .toArray();
      const moving = found.filter(({ moving_to }) => moving_to !== undefined);
      const removed = found.filter(({ removed_at }) => removed_at !== undefined);
      if (moving.length + removed.length === 0) return new Map(found.map((head) => [head._id, head]));
      await finishMoves(moving.map(({ _id }) => _id));
      await clearJobs(removed.map(({ _id }) => _id));
    }
  }

  /**
   * Renames the stored jobs that a retry has renamed in the source store since they were copied. Returns the ids of the documents whose
   * jobs were renamed in this store since they were copied. Those jobs keep their new guids.
   */
  async function renameCopies(documents: readonly Copied<"job">[]): Promise<ReadonlySet<string>> {
    const renamedHere = new Set<string>();
    const byNumber = new Map(documents.map((document) => [document.job.rest_id, document]));
    const projection = { rest_id: 1, project: 1, transitions: 1, version: 1 } as const;
    const holders = await jobs
      .find(withNumberIn([...byNumber.keys()]), { projection, ...inOneReply })
      .toArray();
    for (const { _id, rest_id, version, ...holder } of holders) {
      const document = byNumber.get(rest_id ?? 0);
      if (document === undefined || document.id === _id) continue;
      if (isRenamedSince(document.job, holder)) renamedHere.add(document.id);
      else if (isRenamedSince(holder, document.job)) await rename(_id, version, document.job.job_guid);
    }
    return renamedHere;
  }

  async function rename(_id: string, version: number, moving_to: string): Promise<void> {
    await jobs.updateOne({ _id, version }, { $set: { moving_to, version: version + 1 } });
    await finishMoves([_id]);
  }

  async function withFreeNumbers(writes: readonly Write[]): Promise<Write[]> {
    const added = writes.filter(({ before }) => before === null);
    const numbers = await freeNumbers(
      added.map(({ document, job }) => [document.id, job.rest_id]),
      (asked) => jobs.find(withNumberIn(asked), { projection: { rest_id: 1 }, ...inOneReply }).toArray(),
    );
    return writes.map((each) =>
      each.before === null ? { ...each, job: withNumber(each.job, numbers.of(each.document.id)) } : each,
    );
  }

  /** Unmarks pushes that were marked for removal, because jobs are added to them. */
  async function keepPushes(documents: readonly Copied<"job">[]): Promise<void> {
    const ids = [...new Set(documents.map(({ job }) => job.result_set))];
    const marked = { _id: { $in: ids }, leaving_since: { $exists: true } };
    await resultsets.updateMany(marked, { $unset: { leaving_since: "" } });
  }

  return {
    page,
    find: (refs) =>
      findInOrder(jobs, idsOf(refs), (found) => (found.removed_at === undefined ? toCopy(found) : null)),
    async write(documents) {
      await keepPushes(documents);
      const written = await writeInRounds(documents, plan, (writes) =>
        writeAll(jobs, writes.map(toOperation)),
      );
      const renumbered = written.filter(({ document, job }) => document.job.rest_id !== job.rest_id);
      return endsOf(documents, written, renumbered.length);
    },
  };
}

function idsOf(refs: readonly { readonly id: string }[]): string[] {
  return refs.map(({ id }) => id);
}

function toCopy(document: JobDocument): Copied<"job"> {
  return { kind: "job", id: document._id, job: toStoredJob(document) };
}

function toOperation({ document: { id: _id }, job, before }: Write): AnyBulkWriteOperation<JobDocument> {
  if (before === null) {
    return { insertOne: { document: { _id, ...job, cell: JSON.stringify(gridCell(job)) } } };
  }
  const { version, rest_id = 0 } = before;
  // The number is left out, because a job of an earlier version may not have a number yet.
  const { rest_id: _kept, ...merged } = mergeJob(job, { version, rest_id });
  const $set = { ...merged, cell: JSON.stringify(gridCell(merged)) };
  return { updateOne: { filter: { _id, version }, update: { $set } } };
}
