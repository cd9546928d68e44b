import type { Filter } from "mongodb";
import { projectKey } from "../../domain/ids.ts";
import { CELL, type JobCell } from "../../domain/job-cell.ts";
import type {
  CellPage,
  CellPlace,
  CellQuery,
  GridCell,
  ProjectSummary,
  PushPage,
  PushQuery,
  SimilarJob,
  SimilarPage,
  SimilarQuery,
} from "../ports/page-reads.ts";
import {
  choosePushes,
  headRange,
  headsToRead,
  MAX_PROJECTS,
  type PushHead,
  type PushRange,
  placeAfter,
  SIMILAR_READS,
  toPushRow,
} from "../rules/page-pushes.ts";
import { type CellFields, cellOf, computeCells } from "./mongodb-cells.ts";
import { below, type Collections, type JobDocument, toResultSet } from "./mongodb-collections.ts";
import { inOneReply } from "./mongodb-rounds.ts";

const stored = { version: 1, cell: 1 } as const;
/** Pushes are read in ranges of time of increasing width. These are the first width and the upper limit, in seconds, and the factor. */
const NARROWEST_SECONDS = 86_400;
const WIDEST_SECONDS = 1000 * 86_400;
const WIDER = 8;
/** How many pushes are searched for similar jobs at the same time. */
const PUSHES_AT_ONCE = 10;

/** Reads the lists of the web pages. */
export function createPageReads(all: Collections) {
  async function listProjects(): Promise<ProjectSummary[]> {
    const names: string[] = [];
    // Jumps from one project to the next in the index of ids, so the number of pushes does not matter.
    for (let after = ""; names.length < MAX_PROJECTS; ) {
      const next = await all.resultsets
        .find({ _id: { $gte: after } }, { projection: { project: 1 } })
        .sort({ _id: 1 })
        .limit(1)
        .next();
      if (next === null) break;
      names.push(next.project);
      after = below(projectKey(next.project)).$lt;
    }
    const summaries = names.map(async (project) => {
      const [newest] = await readHeads(project, headRange({}), 1);
      return { project, newest_order_at: newest?.order_at ?? 0 };
    });
    return (await Promise.all(summaries)).sort((a, b) => (a.project < b.project ? -1 : 1));
  }

  async function listPushes(query: PushQuery): Promise<PushPage> {
    const heads = await readHeads(query.project, headRange(query), headsToRead(query));
    const { ids, next } = choosePushes(heads, query);
    const found = await all.resultsets.find({ _id: { $in: [...ids] } }, inOneReply).toArray();
    const pushes = new Map(found.map((push) => [push._id, toPushRow(toResultSet(push))]));
    return { pushes: ids.flatMap((id) => pushes.get(id) ?? []), next };
  }

  /**
   * Reads heads, newest first. Some servers read and sort everything in a range of time, so the range is only widened until it contains
   * enough heads.
   */
  async function readHeads(project: string, range: PushRange, most: number): Promise<PushHead[]> {
    const end = Math.min(range.to, Date.now() / 1000);
    for (let width = NARROWEST_SECONDS; width < WIDEST_SECONDS; width *= WIDER) {
      if (end - width <= range.from) break;
      const found = await headsIn(project, { ...range, from: end - width }, most);
      if (found.length === most) return found;
    }
    return headsIn(project, range, most);
  }

  async function headsIn(
    project: string,
    { from, to, before }: PushRange,
    most: number,
  ): Promise<PushHead[]> {
    const found = await all.resultsets
      .find(
        {
          project,
          order_at: { $gte: from, $lte: to },
          $or: [{ order_at: { $lt: before.order_at } }, { _id: { $lt: before.id } }],
        },
        { projection: { order_at: 1, author: 1 }, ...inOneReply },
      )
      .sort({ order_at: -1, _id: -1 })
      .limit(most)
      .toArray();
    return found.map(({ _id: id, order_at = 0, author }) => ({ id, order_at, author }));
  }

  async function listCells({
    result_set,
    after = { changed: "", id: null },
    limit,
  }: CellQuery): Promise<CellPage> {
    const found = await readPlaces(result_set, after, limit);
    const cells = await cellsOf(found);
    const open = [...cells].flatMap(([id, cell]) => (cell[CELL.state] === "completed" ? [] : [id]));
    const coalesced = await coalescedOf(open);
    const shown = found.flatMap(({ _id: id, last_modified: changed }): GridCell[] => {
      const cell = cells.get(id);
      // If a job was moved in the meantime, it is now stored under its new guid.
      return cell === undefined ? [] : [{ changed, id, cell, coalesced: coalesced.has(id) }];
    });
    const last = found.at(-1);
    return {
      cells: shown,
      next: last === undefined ? after : { changed: last.last_modified, id: last._id },
    };
  }

  /** Reads the jobs of a push after a place, in the order of their last change. */
  async function readPlaces(result_set: string, after: CellPlace, limit: number) {
    const read = (range: Filter<JobDocument>) =>
      all.jobs
        .find({ result_set, ...range }, { projection: { ...stored, last_modified: 1 }, ...inOneReply })
        .sort({ last_modified: 1, _id: 1 })
        .limit(limit)
        .toArray();
    const end = after.changed === "" ? await endOfFirstPage(result_set, limit) : null;
    if (end === null) return read(behind(after));
    const found = await read({ last_modified: { $gte: "", $lte: end } });
    // If there are fewer, some of the jobs have changed in the meantime and moved to later places.
    return found.length === limit ? found : read(behind(after));
  }

  /**
   * Returns a time at or after the end of the first page; null if the push has fewer jobs than a page. With this limit, servers that
   * would otherwise read and sort all jobs of a push read only some of them. The latest change of any `limit` jobs is a valid limit. It
   * is close to the end of the page, because servers find the oldest jobs first.
   */
  async function endOfFirstPage(result_set: string, limit: number): Promise<string | null> {
    const [first] = await all.jobs
      .aggregate<{ jobs: number; end: string }>([
        { $match: { result_set, last_modified: { $gte: "" } } },
        { $limit: limit },
        { $group: { _id: null, jobs: { $sum: 1 }, end: { $max: "$last_modified" } } },
      ])
      .toArray();
    return first === undefined || first.jobs < limit ? null : first.end;
  }

  /** Returns the cells of jobs, by the id of the job. Cells that are not stored are computed. */
  async function cellsOf(
    found: readonly (CellFields & { readonly _id: string })[],
  ): Promise<ReadonlyMap<string, JobCell>> {
    const cells = new Map<string, JobCell>();
    const without: string[] = [];
    for (const job of found) {
      const cell = cellOf(job);
      if (cell === null) without.push(job._id);
      else cells.set(job._id, cell);
    }
    for (const [id, cell] of await computeCells(all, without)) cells.set(id, cell);
    return cells;
  }

  /** Returns the ids of those jobs that were coalesced into another job. */
  async function coalescedOf(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const found = await all.coalesced
      .find({ _id: { $in: [...ids] } }, { projection: { _id: 1 }, ...inOneReply })
      .toArray();
    return new Set(found.map(({ _id }) => _id));
  }

  async function listSimilarJobs(query: SimilarQuery): Promise<SimilarPage> {
    const { project, signature, before, limit } = query;
    const heads = await readHeads(project, headRange(before === undefined ? {} : { before }), SIMILAR_READS);
    const jobs: SimilarJob[] = [];
    let used = 0;
    while (used < heads.length && jobs.length < limit) {
      const next = heads.slice(used, used + PUSHES_AT_ONCE);
      for (const ofPush of await Promise.all(next.map((head) => similarOf(head, signature, limit)))) {
        if (jobs.length >= limit) break;
        used++;
        for (const job of ofPush) jobs.push(job);
      }
    }
    return { jobs, next: placeAfter(heads, used, SIMILAR_READS) };
  }

  async function similarOf(
    { id, order_at }: PushHead,
    signature: string,
    limit: number,
  ): Promise<SimilarJob[]> {
    const found = await all.jobs
      .find({ result_set: id, signature }, { projection: stored, ...inOneReply })
      .sort({ last_modified: -1, _id: -1 })
      .limit(limit)
      .toArray();
    if (found.length === 0) return [];
    const [cells, push] = await Promise.all([
      cellsOf(found),
      all.resultsets.findOne({ _id: id }, { projection: { revision: 1 } }),
    ]);
    const revision = push?.revision ?? "";
    return found.flatMap(({ _id }): SimilarJob[] => {
      const cell = cells.get(_id);
      return cell === undefined ? [] : [{ cell, push: { id, order_at, revision } }];
    });
  }

  return { listProjects, listPushes, listCells, listSimilarJobs };
}

/** Returns a filter for the jobs after a place. */
function behind({ changed, id }: CellPlace): Filter<JobDocument> {
  if (id === null) return { last_modified: { $gte: changed } };
  // The first condition follows from the others. It is there because an index can answer it.
  return {
    last_modified: { $gte: changed },
    $or: [{ last_modified: { $gt: changed } }, { _id: { $gt: String(id) } }],
  };
}
