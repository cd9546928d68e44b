import type Database from "libsql";
import { jobId, jobKey } from "../../domain/ids.ts";
import type { Copied } from "../ports/copy-store.ts";
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import {
  finder,
  insertOnly,
  lister,
  type PartCopier,
  ROWS_AT_ONCE,
  readAs,
  writeUnlessLater,
} from "./sqlite-copier.ts";

const OF_JOBS = `job IN (SELECT n FROM jobs WHERE key IN (SELECT value FROM json_each(?1))) AND rowid > CAST(?2 AS INTEGER)
  ORDER BY rowid LIMIT ${ROWS_AT_ONCE}`;
const JOB = "(SELECT n FROM jobs WHERE key = ?)";

/** Copies the documents that belong to jobs: artifacts, logs, and suggestions to make. */
export function createPartCopiers(db: Database.Database) {
  return { artifact: createArtifactCopier(db), log: createLogCopier(db), suggestions: createWorkCopier(db) };
}

/** A part that refers to its job by the job's key instead of its id. */
type Keyed<D> = Omit<D, "job" | "kind"> & { readonly key: string };

function createArtifactCopier(db: Database.Database): PartCopier<"artifact"> {
  const columns = rowDoc({
    ...{ key: "jobs.key", name: "name", apart_by: "apart_by", type: "type", blob: "blob" },
    ...{ made_by: "made_by", order: "artifacts.rowid" },
  });
  const list = lister(db, `SELECT CAST(rowid AS TEXT) AS place FROM artifacts WHERE ${OF_JOBS}`);
  const select = `SELECT ${columns} FROM artifacts JOIN jobs ON jobs.n = artifacts.job WHERE`;
  const at = finder(db, `${select} artifacts.rowid = CAST(? AS INTEGER)`);
  const named = finder(db, `${select} job = ${JOB} AND name = ? AND apart_by = ?`);
  const add = db.prepare("INSERT OR IGNORE INTO artifacts SELECT n, ?, ?, ?, ?, ? FROM jobs WHERE key = ?");
  return {
    placesOf: (keys, after) => list(JSON.stringify(keys), after),
    rowAt: at,
    rowOf: ({ job, name, apart_by }) => named(jobKey(job), name, apart_by),
    toCopy(row: DocRow): Copied<"artifact"> {
      const { key, ...rest } = readDoc<Keyed<Copied<"artifact">>>(row);
      return { kind: "artifact", job: jobKey(key), ...rest };
    },
    write: insertOnly(({ job, name, apart_by, made_by, type, blob }) =>
      add.run(name, apart_by, made_by, type, blob, jobKey(job)),
    ),
  };
}

function createLogCopier(db: Database.Database): PartCopier<"log"> {
  const columns = rowDoc({
    ...{ key: "jobs.key", project: "logs.project", job_guid: "guid", exchange: "exchange", name: "name" },
    ...{ url: "url", host: "host", parse_status: "parse_status", attempts: "attempts", failure: "failure" },
    ...{ next_attempt_at: "next_attempt_at", last_modified: "last_modified", order: "logs.rowid" },
  });
  const list = lister(db, `SELECT CAST(rowid AS TEXT) AS place FROM logs WHERE ${OF_JOBS}`);
  const select = `SELECT ${columns} FROM logs JOIN jobs ON jobs.n = logs.job WHERE`;
  const at = finder(db, `${select} logs.rowid = CAST(? AS INTEGER)`);
  const named = finder(db, `${select} job = ${JOB} AND name = ? AND url = ?`);
  const put = db.prepare(
    `INSERT INTO logs (job, project, guid, exchange, name, url, host, parse_status, attempts, failure,
         next_attempt_at, last_modified)
       SELECT n, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM jobs WHERE key = ?
       ON CONFLICT (job, name, url) DO UPDATE SET parse_status = excluded.parse_status, attempts = excluded.attempts,
         failure = excluded.failure, next_attempt_at = excluded.next_attempt_at, lease = NULL, lease_until = NULL,
         last_modified = excluded.last_modified`,
  );

  const rowOf = ({ job, name, url }: Pick<Copied<"log">, "job" | "name" | "url">) =>
    named(jobKey(job), name, url);

  function toCopy(row: DocRow): Copied<"log"> {
    const { key, ...rest } = readDoc<Keyed<Copied<"log">>>(row);
    return { kind: "log", job: jobKey(key), ...rest };
  }

  function putLog(log: Copied<"log">): boolean {
    const { project, job_guid, exchange, name, url, host } = log;
    const { parse_status, attempts, failure, next_attempt_at, last_modified } = log;
    const state = [parse_status, attempts, failure, next_attempt_at, last_modified];
    return put.run(project, job_guid, exchange, name, url, host, ...state, jobKey(log.job)).changes > 0;
  }

  return {
    placesOf: (keys, after) => list(JSON.stringify(keys), after),
    rowAt: at,
    rowOf,
    toCopy,
    write: writeUnlessLater((log) => {
      const row = rowOf(log);
      return row === undefined ? null : toCopy(row);
    }, putLog),
  };
}

function createWorkCopier(db: Database.Database): PartCopier<"suggestions"> {
  const columns = rowDoc({
    ...{ id: "id", project: "project", job_guid: "guid", exchange: "exchange", blob: "blob" },
    ...{ attempts: "attempts", next_attempt_at: "next_attempt_at", failure: "failure" },
  });
  // Ids begin with the job's id and a slash. `0` comes after `/` in ASCII.
  const list = lister(
    db,
    `SELECT suggestions.id AS place FROM json_each(?1) AS wanted JOIN suggestions
         ON suggestions.id >= wanted.value || '/' AND suggestions.id < wanted.value || '0'
       WHERE suggestions.id > ?2 ORDER BY suggestions.id LIMIT ${ROWS_AT_ONCE}`,
  );
  const at = finder(db, `SELECT ${columns} FROM suggestions WHERE id = ?`);
  const add = db.prepare(
    `INSERT OR IGNORE INTO suggestions (id, project, guid, exchange, blob, attempts, next_attempt_at, failure)
       SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM jobs WHERE key = ?`,
  );
  return {
    placesOf: (keys, after) => list(JSON.stringify(keys.map(jobKey)), after),
    rowAt: at,
    rowOf: ({ id }) => at(id),
    toCopy: readAs("suggestions"),
    write: insertOnly(({ id, project, job_guid, exchange, blob, attempts, next_attempt_at, failure }) => {
      const key = jobKey(jobId(project, job_guid));
      return add.run(id, project, job_guid, exchange, blob, attempts, next_attempt_at, failure, key);
    }),
  };
}
