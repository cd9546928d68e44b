import { numberAfter } from "../../domain/document-numbers.ts";
import { jobId } from "../../domain/ids.ts";
import { gridCell } from "../rules/grid-cell.ts";
import {
  below,
  type Collections,
  type JobDocument,
  toStoredJob,
  type WithId,
  withNumberIn,
} from "./mongodb-collections.ts";
import { isLostRace } from "./mongodb-faults.ts";
import { freeNumbers } from "./mongodb-numbers.ts";

const unleased = { lease: null, lease_until: null } as const;

/**
 * Moves jobs that a retry renames. The rename is decided when `moving_to` is written to the job, together with its new state. Then
 * the job and its parts are copied, and the old documents are deleted. Every step can be repeated: a worker that finds such a job,
 * after a crash or while another worker moves it, takes all steps again. A reader finds the job under the old guid, the new guid, or
 * both. Numbers are unique, so during the move the old document has a `moved_number` instead of a number.
 */
export function createMoves(all: Collections) {
  /** Completes the moves of these jobs. */
  async function finishMoves(ids: readonly string[]): Promise<void> {
    for (const id of ids) await finishMove(id);
  }

  async function finishMove(id: string): Promise<void> {
    const found = await all.jobs.findOne({ _id: id });
    const guid = found?.moving_to;
    if (found === null || guid === undefined) return;
    const to = jobId(found.project, guid);
    await copyParts(id, to, guid);
    await moveJob(found, to, guid);
    // In the meantime, another worker may have finished, and a new job may have the old guid. The parts of that job must be kept.
    let areLeft = true;
    while (areLeft && (await isMoving(id, guid))) areLeft = await moveParts(id, to, guid);
    await all.jobs.deleteOne({ _id: id, moving_to: guid });
  }

  async function isMoving(id: string, guid: string): Promise<boolean> {
    return (await all.jobs.findOne({ _id: id, moving_to: guid }, { projection: { _id: 1 } })) !== null;
  }

  /** Inserts the job under its new guid with its number, after removing the number from the old document. */
  async function moveJob(found: JobDocument, to: string, guid: string): Promise<void> {
    const job = { ...toStoredJob(found), job_guid: guid };
    await all.jobs.updateOne(
      { _id: found._id, moving_to: guid },
      { $set: { moved_number: job.rest_id }, $unset: { rest_id: "" } },
    );
    for (let rest_id = job.rest_id; !(await insertJob({ _id: to, ...job, rest_id })); ) {
      if ((await all.jobs.findOne({ _id: to }, { projection: { _id: 1 } })) !== null) return;
      const numbers = await freeNumbers([[to, numberAfter(rest_id)]], (asked) =>
        all.jobs.find(withNumberIn(asked)).toArray(),
      );
      rest_id = numbers.of(to);
    }
  }

  /** Returns false if the job is already stored, or if another job has its number. */
  async function insertJob(document: JobDocument): Promise<boolean> {
    return isFirst(all.jobs.insertOne({ ...document, cell: JSON.stringify(gridCell(document)) }));
  }

  /** Copies the current parts, and deletes the originals. Returns false if there were none. */
  async function moveParts(from: string, to: string, guid: string): Promise<boolean> {
    const { artifacts, logs, suggestions, coalesced } = await copyParts(from, to, guid);
    await Promise.all([
      artifacts.length > 0 && all.artifacts.deleteMany({ _id: { $in: artifacts } }),
      logs.length > 0 && all.logs.deleteMany({ _id: { $in: logs } }),
      suggestions.length > 0 && all.suggestions.deleteMany({ _id: { $in: suggestions } }),
      coalesced.length > 0 && all.coalesced.deleteMany({ _id: { $in: coalesced } }),
    ]);
    return artifacts.length + logs.length + suggestions.length + coalesced.length > 0;
  }

  /** Copies the parts of a job, except those that have already been copied. Returns the ids of the originals. */
  async function copyParts(from: string, to: string, guid: string) {
    const parts = { _id: below(from) };
    const moved = (id: string): string => to + id.slice(from.length);
    const artifacts = await copyEach(all.artifacts.find(parts), (part) =>
      all.artifacts.insertOne({ ...part, _id: moved(part._id), job: to }),
    );
    // A worker that holds a lease knows the part by the old guid, and can no longer finish it. So the part is due again at once.
    const logs = await copyEach(all.logs.find(parts), (part) =>
      all.logs.insertOne({ ...part, _id: moved(part._id), job: to, job_guid: guid, ...unleased }),
    );
    const suggestions = await copyEach(all.suggestions.find(parts), (part) =>
      all.suggestions.insertOne({ ...part, _id: moved(part._id), job_guid: guid, ...unleased }),
    );
    const coalesced = await copyEach(all.coalesced.find({ _id: from }), ({ into_guid }) =>
      all.coalesced.updateOne({ _id: to }, { $max: { into_guid } }, { upsert: true }),
    );
    return { artifacts, logs, suggestions, coalesced };
  }

  return { finishMoves };
}

/** Copies documents one by one, because each may have the maximum size of a document. Returns their ids. */
async function copyEach<Document extends WithId>(
  documents: AsyncIterable<Document>,
  copy: (document: Document) => Promise<unknown>,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const document of documents) {
    await isFirst(copy(document));
    ids.push(document._id);
  }
  return ids;
}

/** Waits for an insert. Returns false if the document already exists. */
async function isFirst(insert: Promise<unknown>): Promise<boolean> {
  try {
    await insert;
    return true;
  } catch (error) {
    if (isLostRace(error)) return false;
    throw error;
  }
}
