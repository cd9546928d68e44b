import type Database from "libsql";
import { jobId, jobKey, logId } from "../../domain/ids.ts";
import { LOGS_PARSED_HERE } from "../../domain/log-plan.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type { LogQuery, StoredLog } from "../ports/log-store.ts";
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";

/** The SQL that selects the columns for {@link readLog}. */
export const LOG_DOC = rowDoc({
  ...{ project: "project", job_guid: "guid", name: "name", url: "url", parse_status: "parse_status" },
  ...{ attempts: "attempts", next_attempt_at: "next_attempt_at", failure: "failure" },
  last_modified: "last_modified",
});

/** Reads a row selected with {@link LOG_DOC}. */
export function readLog(row: DocRow): StoredLog {
  const log = readDoc<Omit<StoredLog, "id">>(row);
  return { id: logId(log.project, log.job_guid, log.name, log.url), ...log };
}

/** Lists the logs of jobs, and makes logs due again. */
export function createLogs(db: Database.Database) {
  /** @param names - only logs with these names; null for all logs. */
  function find(query: LogQuery, names: readonly string[] | null): StoredLog[] {
    const { where, values } = whereOf(query, names);
    const rows = db
      .prepare(`SELECT ${LOG_DOC} FROM logs ${where} ORDER BY last_modified DESC, rowid LIMIT ?`)
      .all(...values, query.limit) as DocRow[];
    return rows.map(readLog);
  }

  function reparseLogs(query: LogQuery): number {
    return inTransaction(db, () => {
      const wanted = find(query, LOGS_PARSED_HERE);
      const now = new Date().toISOString();
      const reset = db.prepare(
        `UPDATE logs SET parse_status = 'pending', attempts = 0, failure = NULL, next_attempt_at = ?1, lease = NULL,
           lease_until = NULL, last_modified = ?1 WHERE job = (SELECT n FROM jobs WHERE key = ?2) AND name = ?3 AND url = ?4`,
      );
      for (const { project, job_guid, name, url } of wanted)
        reset.run(now, jobKey(jobId(project, job_guid)), name, url);
      return wanted.length;
    });
  }

  return { listLogs: (query: LogQuery) => find(query, null), reparseLogs };
}

function whereOf({ project, job_guid, parse_status, since }: LogQuery, names: readonly string[] | null) {
  const guids = job_guid === undefined ? [] : taskIdForms(job_guid);
  const all: readonly (readonly [condition: string, ...values: readonly (string | undefined)[]])[] = [
    ["project = ?", project],
    [`guid IN (${guids.map(() => "?").join(", ")})`, ...guids],
    [`name IN (${names?.map(() => "?").join(", ")})`, ...(names ?? [])],
    ["parse_status = ?", parse_status],
    ["last_modified >= ?", since],
  ];
  const given = all.filter(([, value]) => value !== undefined);
  return {
    where: given.length === 0 ? "" : `WHERE ${given.map(([condition]) => condition).join(" AND ")}`,
    values: given.flatMap(([, ...values]) => values),
  };
}
