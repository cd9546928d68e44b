import type Database from "libsql";
import { jobIdBeside } from "../../domain/ids.ts";
import { CELL, type JobCell } from "../../domain/job-cell.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type {
  CellPage,
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
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import { kindOf } from "./sqlite-page-columns.ts";

/** Reads the lists of the web pages. Many rows are read as one JSON text, which is several times faster than reading rows. */
export function createPageReads(db: Database.Database) {
  const list = "(SELECT value FROM json_each(?))";

  function listProjects(): ProjectSummary[] {
    // Jumps from one project to the next in the index, so the number of pushes does not matter.
    const rows = db
      .prepare(
        `WITH RECURSIVE found (project) AS (
           SELECT min(project) FROM resultsets
           UNION ALL
           SELECT (SELECT min(push.project) FROM resultsets AS push WHERE push.project > found.project)
           FROM found WHERE found.project IS NOT NULL
         ) SELECT ${rowDoc({
           project: "project",
           newest_order_at:
             "(SELECT max(order_at) FROM resultsets AS push WHERE push.project = found.project)",
         })} FROM found WHERE project IS NOT NULL LIMIT ${MAX_PROJECTS}`,
      )
      .all() as DocRow[];
    return rows.map((row) => readDoc<ProjectSummary>(row));
  }

  function listPushes(query: PushQuery): PushPage {
    const heads = readHeads(query.project, headRange(query), headsToRead(query));
    const { ids, next } = choosePushes(heads, query);
    const rows = db
      .prepare(`SELECT doc FROM resultsets WHERE id IN ${list} ORDER BY order_at DESC, id DESC`)
      .all(JSON.stringify(ids)) as DocRow[];
    return { pushes: rows.map((row) => toPushRow(readDoc<ResultSet>(row))), next };
  }

  /** Reads heads from the index alone, newest first. */
  function readHeads(project: string, { from, to, before }: PushRange, most: number): PushHead[] {
    const rows = db
      .prepare(
        `SELECT ${rowDoc({ order_at: "order_at", id: "id", author: "author" })} FROM resultsets
           WHERE project = ? AND order_at BETWEEN ? AND ? AND (order_at < ? OR id < ?)
           ORDER BY order_at DESC, id DESC LIMIT ?`,
      )
      .all(project, from, to, before.order_at, before.id, most) as DocRow[];
    return rows.map((row) => readDoc<PushHead>(row));
  }

  function listCells({ result_set, after = { changed: "", id: null }, limit }: CellQuery): CellPage {
    const row = db
      .prepare(
        `SELECT '[' || coalesce(group_concat('["' || changed || '",' || n || ',' || cell || ']'), '') || ']' AS doc FROM (
           SELECT changed, n, cell FROM jobs WHERE push = (SELECT rest_id FROM resultsets WHERE id = ?)
             AND (changed, n) > (?, ?) ORDER BY changed, n LIMIT ?)`,
      )
      .get(result_set, after.changed, Number(after.id ?? 0), limit) as DocRow;
    const read = readDoc<[changed: string, n: number, cell: JobCell][]>(row);
    const open = read.flatMap(([, , cell]) =>
      cell[CELL.state] === "completed" ? [] : [jobIdBeside(result_set, cell[CELL.guid])],
    );
    const coalesced = coalescedOf(open);
    const cells = read.map(([changed, id, cell]): GridCell => {
      return { changed, id, cell, coalesced: coalesced.has(jobIdBeside(result_set, cell[CELL.guid])) };
    });
    const last = cells.at(-1);
    return { cells, next: last === undefined ? after : { changed: last.changed, id: last.id } };
  }

  /** Returns the ids of those jobs that were coalesced into another job. */
  function coalescedOf(ids: readonly string[]): ReadonlySet<string> {
    if (ids.length === 0) return new Set();
    const rows = db.prepare(`SELECT id FROM coalesced WHERE id IN ${list}`).all(JSON.stringify(ids)) as {
      id: string;
    }[];
    return new Set(rows.map(({ id }) => id));
  }

  function listSimilarJobs({ project, signature, before, limit }: SimilarQuery): SimilarPage {
    const heads = readHeads(project, headRange(before === undefined ? {} : { before }), SIMILAR_READS);
    const cellsOf = db.prepare(
      `SELECT '[' || coalesce(group_concat(cell), '') || ']' AS doc FROM (
         SELECT cell FROM jobs INDEXED BY jobs_by_kind WHERE push = (SELECT rest_id FROM resultsets WHERE id = ?) AND kind = ?
           ORDER BY changed DESC, n DESC LIMIT ?)`,
    );
    const revisionOf = db.prepare("SELECT doc -> 'revision' AS doc FROM resultsets WHERE id = ?");
    const kind = kindOf(signature);
    const jobs: SimilarJob[] = [];
    let used = 0;
    for (const { id, order_at } of heads) {
      if (jobs.length >= limit) break;
      used++;
      const cells = readDoc<JobCell[]>(cellsOf.get(id, kind, limit) as DocRow);
      if (cells.length === 0) continue;
      const revision = readDoc<string>(revisionOf.get(id) as DocRow);
      for (const cell of cells) jobs.push({ cell, push: { id, order_at, revision } });
    }
    return { jobs, next: placeAfter(heads, used, SIMILAR_READS) };
  }

  return { listProjects, listPushes, listCells, listSimilarJobs };
}
