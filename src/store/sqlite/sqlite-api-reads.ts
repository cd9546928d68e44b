import type Database from "libsql";
import { jobId, jobKey, jobKeyRanges, resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type {
  ArtifactHead,
  JobHandle,
  JobSelection,
  LogCursor,
  OptionCollection,
  ReadJob,
  SubmittedPushQuery,
} from "../ports/api-reads.ts";
import type { StoredLog } from "../ports/log-store.ts";
import { withOrigins } from "../rules/earlier-origin.ts";
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import { LOG_DOC, readLog } from "./sqlite-logs.ts";
import type { JobRow } from "./sqlite-reads.ts";

interface Condition {
  readonly where: string;
  readonly values: readonly (string | number)[];
}

/** A time later than every stored time. */
const END_OF_TIME = "9999";

/**
 * Reads the lists of the read API. The handle of a job is its row number `n`, which is greater for each new job, so a new job never
 * shifts the pages of a project's jobs.
 */
export function createApiReads(db: Database.Database) {
  const list = "(SELECT value FROM json_each(?))";

  function pageOfProject(project: string, skip: number, limit: number): JobHandle[] {
    return numbers("SELECT n FROM jobs WHERE project = ? ORDER BY n LIMIT ? OFFSET ?", [
      project,
      limit,
      skip,
    ]);
  }

  function selectJobs(selection: JobSelection, project: string | null, most: number): JobHandle[] {
    const { where, values } = conditionOf(selection);
    // The plus sign keeps SQLite from using the index by project instead of the index for the selection.
    const ofProject = project === null ? "" : "AND +project = ?";
    return numbers(`SELECT n FROM jobs WHERE ${where} ${ofProject} LIMIT ?`, [
      ...values,
      ...(project === null ? [] : [project]),
      most,
    ]);
  }

  function conditionOf(selection: JobSelection): Condition {
    switch (selection.by) {
      case "number":
        return { where: `rest_id IN ${list}`, values: [JSON.stringify(selection.numbers)] };
      case "number-range":
        return { where: "rest_id BETWEEN ? AND ?", values: [selection.first, selection.last] };
      case "guid":
        return between(selection.guids.map((guid) => jobKeyRanges(guid).slice(0, 2)));
      case "task": {
        const ranges = taskIdForms(selection.task).map(jobKeyRanges);
        return between(ranges.flatMap((ends) => [ends.slice(0, 2), ends.slice(2)]));
      }
      case "push":
        return {
          where: `push IN (SELECT rest_id FROM resultsets WHERE id IN ${list})`,
          values: [JSON.stringify(selection.pushes)],
        };
      case "change":
        return {
          where: "project = ? AND changed BETWEEN ? AND ?",
          values: [selection.project, selection.from ?? "", selection.to ?? END_OF_TIME],
        };
    }
  }

  /** Returns the numbers that a statement selects as `n`. Reading one text is several times faster than reading rows. */
  function numbers(sql: string, values: readonly (string | number)[]): number[] {
    const row = db.prepare(`SELECT json_group_array(n) AS doc FROM (${sql})`).get(...values) as DocRow;
    return readDoc<number[]>(row).sort((a, b) => a - b);
  }

  function readJobs(handles: readonly JobHandle[]): ReadJob[] {
    const rows = db
      .prepare(`SELECT n, doc FROM jobs WHERE n IN ${list}`)
      .all(JSON.stringify(handles)) as JobRow[];
    const jobs = new Map(rows.map(({ n, doc }) => [n, withOrigins(JSON.parse(doc) as StoredJob)]));
    const ids = [...jobs.values()].map(({ project, job_guid }) => jobId(project, job_guid));
    const coalesced = db
      .prepare(`SELECT id, into_guid FROM coalesced WHERE id IN ${list}`)
      .all(JSON.stringify(ids)) as { id: string; into_guid: string }[];
    const into = new Map(coalesced.map(({ id, into_guid }) => [id, into_guid]));
    const pushIds = [...new Set([...jobs.values()].map(({ result_set }) => result_set))];
    const pushes = new Map(
      pushesWhere(`id IN ${list}`, [JSON.stringify(pushIds)]).map((push) => [
        resultSetId(push.project, push.short_revision),
        push,
      ]),
    );
    return handles.flatMap((handle): ReadJob[] => {
      const job = jobs.get(Number(handle));
      if (job === undefined) return [];
      const coalesced_to = into.get(jobId(job.project, job.job_guid)) ?? null;
      return [{ job, coalesced_to, push: pushes.get(job.result_set) ?? null }];
    });
  }

  function pushesWhere(where: string, values: readonly (string | number)[]): ResultSet[] {
    const rows = db.prepare(`SELECT doc FROM resultsets WHERE ${where}`).all(...values) as DocRow[];
    return rows.map((row) => readDoc<ResultSet>(row));
  }

  function listSubmittedPushes({ project, from, to, author, skip, limit }: SubmittedPushQuery): ResultSet[] {
    // These must be the expressions of the index `resultsets_by_time`.
    return pushesWhere(
      `project = ? AND doc ->> '$.revisions[0].revision' IS NOT NULL
         AND doc ->> 'push_timestamp' BETWEEN ? AND ? ${author === null ? "" : "AND doc ->> 'author' = ?"}
         ORDER BY doc ->> 'push_timestamp' DESC, rowid DESC LIMIT ? OFFSET ?`,
      [
        ...[project, from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER],
        ...(author === null ? [] : [author]),
        ...[limit, skip],
      ],
    );
  }

  function findPushes(wanted: readonly number[]): ResultSet[] {
    return pushesWhere(`rest_id IN ${list}`, [JSON.stringify(wanted)]);
  }

  function listArtifacts(project: string, guid: string): ArtifactHead[] {
    const rows = db
      .prepare(
        `SELECT ${rowDoc({ name: "name", type: "type", made_by: "made_by" })} FROM artifacts
           WHERE job = (SELECT n FROM jobs WHERE key = ?) ORDER BY rowid`,
      )
      .all(jobKey(jobId(project, guid))) as DocRow[];
    return rows.map((row) => readDoc<ArtifactHead>(row));
  }

  function listChangedLogs(before: LogCursor | null, limit: number): StoredLog[] {
    const { last_modified, id } = before ?? { last_modified: END_OF_TIME, id: "0" };
    // The rowid is used as the cursor, because the id of a log is not a column.
    const rows = db
      .prepare(
        `SELECT rowid AS n, ${LOG_DOC} FROM logs WHERE (last_modified, rowid) < (?, ?)
           ORDER BY last_modified DESC, rowid DESC LIMIT ?`,
      )
      .all(last_modified, Number(id), limit) as JobRow[];
    return rows.map((row) => ({ ...readLog(row), id: String(row.n) }));
  }

  function listProjectNames(limit: number): string[] {
    // Jumps from one project to the next in the index, so the number of pushes does not matter.
    const rows = db
      .prepare(
        `WITH RECURSIVE found (project) AS (
           SELECT min(project) FROM resultsets
           UNION ALL
           SELECT (SELECT min(push.project) FROM resultsets AS push WHERE push.project > found.project)
           FROM found WHERE found.project IS NOT NULL
         ) SELECT json_quote(project) AS doc FROM found WHERE project IS NOT NULL LIMIT ?`,
      )
      .all(limit) as DocRow[];
    return rows.map((row) => readDoc<string>(row));
  }

  function hasProject(project: string): boolean {
    return db.prepare("SELECT 1 FROM resultsets WHERE project = ? LIMIT 1").get(project) !== undefined;
  }

  function listOptionCollections(limit: number): OptionCollection[] {
    const rows = db
      .prepare(
        `SELECT ${rowDoc({ hash: "hash", options: "json(options)" })} FROM option_collections ORDER BY hash LIMIT ?`,
      )
      .all(limit) as DocRow[];
    return rows.map((row) => readDoc<OptionCollection>(row));
  }

  return {
    pageOfProject,
    selectJobs,
    readJobs,
    // A document is one text and must be parsed as a whole, so reading fewer members would not be faster.
    readListed: readJobs,
    listSubmittedPushes,
    findPushes,
    listArtifacts,
    listChangedLogs,
    listProjectNames,
    hasProject,
    listOptionCollections,
  };
}

/** Returns a condition for keys in any of the ranges, without their ends. Passes them as JSON, because SQL limits the parameters. */
function between(ranges: readonly (readonly string[])[]): Condition {
  const where = `n IN (SELECT found.n FROM json_each(?) AS ends CROSS JOIN jobs AS found
    WHERE found.key > ends.value ->> 0 AND found.key < ends.value ->> 1)`;
  return { where, values: [JSON.stringify(ranges)] };
}
