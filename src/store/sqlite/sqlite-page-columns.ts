import type Database from "libsql";
import type { StoredJob } from "../../domain/stored-job.ts";
import { gridCell } from "../rules/grid-cell.ts";

const ROWS_AT_ONCE = 1000;

/** The number of hexadecimal digits that fit into a safe integer of JavaScript. */
const DIGITS = 13;

/**
 * Returns a number that represents a signature in the index. A number keeps the index small, because every job has an entry.
 *
 * @param signature - hexadecimal digits; see `jobSignature`. Any other text gives NaN, which matches no job.
 */
export function kindOf(signature: string): number {
  return Number.parseInt(signature.slice(0, DIGITS), 16);
}

/**
 * The migration step that adds the columns that pages read. Jobs move to a new table, in which these columns come before the
 * document, because SQLite reads a column after a long text slowly.
 */
export function addPageColumns(db: Database.Database): void {
  db.exec(`CREATE TABLE shown_jobs (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, rest_id INTEGER NOT NULL,
    project TEXT NOT NULL, push INTEGER, kind INTEGER NOT NULL, changed TEXT NOT NULL, cell TEXT NOT NULL, doc TEXT NOT NULL)`);
  copyJobs(db);
  db.exec(`
    DROP TABLE jobs;
    ALTER TABLE shown_jobs RENAME TO jobs;
    CREATE UNIQUE INDEX jobs_by_number ON jobs (rest_id);
    CREATE INDEX jobs_by_project ON jobs (project);
    CREATE INDEX jobs_by_change ON jobs (project, changed);
    CREATE INDEX jobs_by_push ON jobs (push, changed);
    CREATE INDEX jobs_by_kind ON jobs (push, kind);
    ALTER TABLE resultsets ADD COLUMN order_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE resultsets ADD COLUMN author TEXT NOT NULL DEFAULT '';
    UPDATE resultsets SET author = doc ->> 'author', order_at = doc ->> 'push_timestamp';
    UPDATE resultsets SET order_at = coalesce((SELECT unixepoch(min(doc ->> '$.transitions[0].received_at')) FROM jobs
      WHERE push = resultsets.rest_id), 0) WHERE order_at = 0;
    UPDATE resultsets SET doc = '{"order_at":' || order_at || ',' || substr(doc, 2);
    CREATE INDEX resultsets_by_order ON resultsets (project, order_at, id, author);
  `);
}

/** Copies the jobs, and computes the new columns from their documents. */
function copyJobs(db: Database.Database): void {
  const page = db.prepare(`SELECT n, doc FROM jobs WHERE n > ? ORDER BY n LIMIT ${ROWS_AT_ONCE}`);
  const copy = db.prepare(
    `INSERT INTO shown_jobs SELECT n, key, rest_id, project, (SELECT rest_id FROM resultsets WHERE id = result_set), ?2,
       last_modified, ?3, doc FROM jobs WHERE n = ?1`,
  );
  const pageAfter = (n: number) => page.all(n) as { n: number; doc: string }[];
  for (let rows = pageAfter(0); rows.length > 0; rows = pageAfter(rows.at(-1)?.n ?? 0)) {
    for (const { n, doc } of rows) {
      const job = JSON.parse(doc) as StoredJob;
      copy.run(n, kindOf(job.signature), JSON.stringify(gridCell(job)));
    }
  }
}
