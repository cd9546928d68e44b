import type { Db } from "mongodb";
import { CELL, type JobCell } from "../../domain/job-cell.ts";
import type { JobChanges } from "../rules/advance-job.ts";
import { changedCell, gridCell, SHOWN } from "../rules/grid-cell.ts";
import { type Collections, collectionsOf, isJob, type JobDocument } from "./mongodb-collections.ts";
import { DOCUMENTS_AT_ONCE, eachPage, once } from "./mongodb-once.ts";
import { inOneReply, unordered } from "./mongodb-rounds.ts";

const shown = Object.fromEntries(SHOWN.map((name) => [name, 1]));

/** The fields of a document that {@link cellOf} needs. */
export type CellFields = Pick<JobDocument, "version" | "cell">;

/**
 * Returns the cell that is stored with a job. Returns null if there is none, or if a worker of an earlier version, which does not write
 * cells, has changed the job since.
 */
export function cellOf({ version, cell }: CellFields): JobCell | null {
  if (cell === undefined) return null;
  // The shape is not checked, because only pulse-ingest writes cells.
  const parsed = JSON.parse(cell) as JobCell;
  return parsed[CELL.version] === version ? parsed : null;
}

/** Returns the text of a job's cell to store with changes; undefined if there is no valid cell to change. */
export function cellTextAfter(stored: CellFields | undefined, changes: JobChanges): string | undefined {
  const cell = stored === undefined ? null : cellOf(stored);
  return cell === null ? undefined : JSON.stringify(changedCell(cell, changes));
}

/** Computes the cells of jobs from their other fields. Returns the cells by the id of the job. */
export async function computeCells(
  { jobs }: Pick<Collections, "jobs">,
  ids: readonly string[],
): Promise<ReadonlyMap<string, JobCell>> {
  if (ids.length === 0) return new Map();
  const filter = { _id: { $in: [...ids] }, ...isJob };
  const found = await jobs.find(filter, { projection: shown, ...inOneReply }).toArray();
  return new Map(found.map((job) => [job._id, gridCell(job)]));
}

/** Adds cells, which make reading faster, to jobs of an earlier version. Several workers may do this at the same time. */
export function fillCells(db: Db, stop: AbortSignal): Promise<void> {
  const all = collectionsOf(db);
  const options = {
    projection: { version: 1, cell: 1 },
    sort: { _id: 1 },
    limit: DOCUMENTS_AT_ONCE,
  } as const;
  return once(db, "cells", stop, () =>
    eachPage(
      (after) => all.jobs.find({ _id: { $gt: after } }, options).toArray(),
      stop,
      (page) =>
        fillPage(
          all,
          page.filter((job) => cellOf(job) === null).map(({ _id }) => _id),
        ),
    ),
  );
}

async function fillPage(all: Collections, ids: readonly string[]): Promise<void> {
  const updates = Array.from(await computeCells(all, ids), ([_id, cell]) => ({
    updateOne: {
      filter: { _id, version: cell[CELL.version] },
      update: { $set: { cell: JSON.stringify(cell) } },
    },
  }));
  if (updates.length > 0) await all.jobs.bulkWrite(updates, unordered);
}
