import type Database from "libsql";
import { Misuse } from "../../domain/faults.ts";
import { numberDocuments } from "./sqlite-numbers.ts";
import { addPageColumns } from "./sqlite-page-columns.ts";

/** SQL statements, or a function if SQL is not enough. Each step runs in a transaction. */
type Step = string | ((db: Database.Database) => void);

/** The migrations from an empty file to the current schema version. A step that has been released must never be changed. */
export const steps: readonly Step[] = [
  `
  CREATE TABLE resultsets (id TEXT PRIMARY KEY, project TEXT NOT NULL, revision_hash TEXT NOT NULL, doc TEXT NOT NULL);
  CREATE INDEX resultsets_by_hash ON resultsets (project, revision_hash);
  CREATE TABLE revision_keys (key TEXT NOT NULL, resultset TEXT NOT NULL, PRIMARY KEY (key, resultset)) WITHOUT ROWID;
  CREATE TABLE jobs (id TEXT PRIMARY KEY, guid TEXT NOT NULL, version INTEGER NOT NULL, doc TEXT NOT NULL);
  CREATE INDEX jobs_by_guid ON jobs (guid);
  CREATE TABLE artifacts (id TEXT PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    blob TEXT NOT NULL);
  CREATE INDEX artifacts_by_job ON artifacts (job);
  CREATE TABLE coalesced (id TEXT PRIMARY KEY, into_guid TEXT NOT NULL);
  CREATE TABLE logs (id TEXT PRIMARY KEY, job TEXT NOT NULL, project TEXT NOT NULL, guid TEXT NOT NULL,
    name TEXT NOT NULL, url TEXT NOT NULL, parse_status TEXT NOT NULL, last_modified TEXT NOT NULL);
  CREATE INDEX logs_by_job ON logs (job);
  CREATE TABLE rejections (id TEXT PRIMARY KEY, exchange TEXT NOT NULL, routing_key TEXT NOT NULL, project TEXT,
    task_id TEXT, reason TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, count INTEGER NOT NULL,
    expires_at TEXT NOT NULL, doc TEXT NOT NULL);
  CREATE INDEX rejections_by_time ON rejections (last_seen);
  CREATE INDEX rejections_by_expiry ON rejections (expires_at);
  CREATE INDEX rejections_by_task ON rejections (task_id);
  CREATE TABLE bindings (queue TEXT PRIMARY KEY, doc TEXT NOT NULL);
  `,
  `
  ALTER TABLE logs ADD COLUMN host TEXT NOT NULL DEFAULT '';
  ALTER TABLE logs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE logs ADD COLUMN next_attempt_at TEXT;
  ALTER TABLE logs ADD COLUMN failure TEXT;
  ALTER TABLE logs ADD COLUMN lease TEXT;
  ALTER TABLE logs ADD COLUMN lease_until TEXT;
  UPDATE logs SET next_attempt_at = last_modified
    WHERE parse_status = 'pending' AND name IN ('buildbot_text', 'builds-4h');
  CREATE INDEX logs_due ON logs (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
  CREATE INDEX logs_by_time ON logs (last_modified);
  CREATE TABLE suggestions (id TEXT PRIMARY KEY, project TEXT NOT NULL, guid TEXT NOT NULL, blob TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at TEXT, failure TEXT, lease TEXT, lease_until TEXT);
  CREATE INDEX suggestions_due ON suggestions (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
  CREATE TABLE bugs (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
  CREATE TABLE versions (name TEXT PRIMARY KEY, version TEXT NOT NULL);
  CREATE TABLE suspects (hash TEXT PRIMARY KEY, attempts INTEGER NOT NULL, last_seen TEXT NOT NULL);
  `,
  // The index covers all columns that are listed. Reading a column that is stored after a large blob would be slow.
  `
  ALTER TABLE artifacts ADD COLUMN made_by TEXT;
  DROP INDEX artifacts_by_job;
  CREATE INDEX artifacts_by_job ON artifacts (job, name, made_by);
  `,
  // SQLite compares the columns after the time in the index. A search for a rare and a common value then does not read every row
  // with the common value.
  `
  DROP INDEX rejections_by_time;
  DROP INDEX rejections_by_task;
  CREATE INDEX rejections_by_time ON rejections (last_seen, id);
  CREATE INDEX rejections_by_exchange ON rejections (exchange, last_seen, id, reason, project);
  CREATE INDEX rejections_by_project ON rejections (project, last_seen, id, reason, exchange);
  CREATE INDEX rejections_by_reason ON rejections (reason, last_seen, id, exchange, project);
  CREATE INDEX rejections_by_key ON rejections (routing_key, last_seen, id, reason, exchange, project);
  CREATE INDEX rejections_by_task ON rejections (task_id, last_seen, id);
  `,
  `
  UPDATE logs SET failure = NULL WHERE parse_status = 'parsed';
  CREATE INDEX logs_failed ON logs (last_modified) WHERE failure IS NOT NULL AND next_attempt_at IS NULL;
  `,
  // The ledger of bindings has one row per binding, instead of one list per queue.
  `
  ALTER TABLE bindings RENAME TO binding_lists;
  CREATE TABLE bindings (queue TEXT NOT NULL, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
    wanted_by TEXT NOT NULL, wanted_at TEXT, PRIMARY KEY (queue, exchange, routing_key)) WITHOUT ROWID;
  INSERT INTO bindings SELECT queue, value ->> 'exchange', value ->> 'routing_key', '', NULL
    FROM binding_lists, json_each(binding_lists.doc);
  DROP TABLE binding_lists;
  `,
  // Jobs get row numbers, and the parts of a job refer to its number. Rows that are written together are then close together in
  // every index but one. With random names as keys, each row would change a different page of each index.
  `
  CREATE TABLE numbered (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, doc TEXT NOT NULL);
  INSERT INTO numbered
    SELECT rowid, substr(id, instr(id, '/') + 1) || '/' || substr(id, 1, instr(id, '/') - 1), doc FROM jobs ORDER BY rowid;
  CREATE TABLE numbered_artifacts (job INTEGER NOT NULL, name TEXT NOT NULL, apart_by TEXT NOT NULL, made_by TEXT,
    type TEXT NOT NULL, blob TEXT NOT NULL, UNIQUE (job, name, apart_by));
  INSERT INTO numbered_artifacts
    SELECT jobs.rowid, name, iif(name = 'Job Info', substr(artifacts.id, -32), ''), made_by, type, blob
    FROM artifacts JOIN jobs ON jobs.id = artifacts.job ORDER BY artifacts.rowid;
  CREATE TABLE numbered_logs (job INTEGER NOT NULL, project TEXT NOT NULL, guid TEXT NOT NULL, name TEXT NOT NULL,
    url TEXT NOT NULL, host TEXT NOT NULL, parse_status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT, failure TEXT, lease TEXT, lease_until TEXT, last_modified TEXT NOT NULL,
    UNIQUE (job, name, url));
  INSERT INTO numbered_logs
    SELECT jobs.rowid, project, logs.guid, name, url, host, parse_status, attempts, next_attempt_at, failure, lease,
      lease_until, last_modified
    FROM logs JOIN jobs ON jobs.id = logs.job ORDER BY logs.rowid;
  DROP TABLE jobs;
  DROP TABLE artifacts;
  DROP TABLE logs;
  ALTER TABLE numbered RENAME TO jobs;
  ALTER TABLE numbered_artifacts RENAME TO artifacts;
  ALTER TABLE numbered_logs RENAME TO logs;
  CREATE INDEX logs_due ON logs (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
  CREATE INDEX logs_by_time ON logs (last_modified);
  CREATE INDEX logs_failed ON logs (last_modified) WHERE failure IS NOT NULL AND next_attempt_at IS NULL;
  `,
  // Records how much of its daily quota of rejections each exchange has used.
  `
  CREATE TABLE rejection_quotas (id TEXT PRIMARY KEY, day TEXT NOT NULL, exchange TEXT NOT NULL, kept INTEGER NOT NULL,
    bytes INTEGER NOT NULL, only_counted INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // Exchanges take turns, and so do the projects of each exchange. The host is in the index, because many logs may wait for a busy
  // host.
  `
  ALTER TABLE logs ADD COLUMN exchange TEXT NOT NULL DEFAULT '';
  ALTER TABLE suggestions ADD COLUMN exchange TEXT NOT NULL DEFAULT '';
  DROP INDEX logs_due;
  DROP INDEX suggestions_due;
  CREATE INDEX logs_due ON logs (exchange, project, next_attempt_at, host) WHERE next_attempt_at IS NOT NULL;
  CREATE INDEX suggestions_due ON suggestions (exchange, project, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
  `,
  // A rejection may come from a REST client. The column `exchange` contains the sender in both cases, so that one index is enough for
  // counts.
  `
  ALTER TABLE rejections ADD COLUMN origin TEXT NOT NULL DEFAULT 'pulse';
  ALTER TABLE rejections ADD COLUMN client_id TEXT;
  ALTER TABLE rejections ADD COLUMN endpoint TEXT;
  CREATE INDEX rejections_by_client ON rejections (client_id, last_seen, id) WHERE client_id IS NOT NULL;
  `,
  // Jobs and pushes get the numbers that the read API uses.
  numberDocuments,
  // Adds the credentials of REST clients, and the nonces of their requests. A nonce counts against the limit named by `counted_as`.
  `
  CREATE TABLE credentials (client_id TEXT PRIMARY KEY, secret TEXT NOT NULL, projects TEXT, description TEXT NOT NULL,
    owner TEXT, authorized INTEGER NOT NULL, created_at TEXT NOT NULL, last_used_at TEXT, last_used_from TEXT) WITHOUT ROWID;
  CREATE TABLE nonces (id TEXT PRIMARY KEY, client_id TEXT NOT NULL, counted_as TEXT, at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX nonces_by_expiry ON nonces (expires_at);
  CREATE INDEX nonces_counted ON nonces (client_id, counted_as, at) WHERE counted_as IS NOT NULL;
  `,
  // The read API lists jobs by project, by push and by the time of their last change. These are separate columns, not expressions on
  // the document, so that an index is only updated when its columns change. Combinations of options are stored once.
  `
  ALTER TABLE jobs ADD COLUMN project TEXT NOT NULL DEFAULT '';
  ALTER TABLE jobs ADD COLUMN result_set TEXT NOT NULL DEFAULT '';
  ALTER TABLE jobs ADD COLUMN last_modified TEXT NOT NULL DEFAULT '';
  UPDATE jobs SET project = doc ->> 'project', result_set = doc ->> 'result_set', last_modified = doc ->> 'last_modified';
  CREATE INDEX jobs_by_project ON jobs (project);
  CREATE INDEX jobs_by_push ON jobs (result_set);
  CREATE INDEX jobs_by_change ON jobs (project, last_modified);
  CREATE INDEX resultsets_by_time ON resultsets (project, doc ->> 'push_timestamp', doc ->> 'author')
    WHERE doc ->> '$.revisions[0].revision' IS NOT NULL;
  CREATE TABLE option_collections (hash TEXT PRIMARY KEY, options TEXT NOT NULL) WITHOUT ROWID;
  INSERT OR IGNORE INTO option_collections
    SELECT doc ->> 'option_collection_hash', doc -> 'options' FROM jobs WHERE json_array_length(doc, '$.options') > 0;
  `,
  // Pages list pushes by time, and the jobs of a push by their last change.
  addPageColumns,
  // Adds the archive. `keys` contains the hashes by which a segment can be found, four bytes each; see `segmentKeys`.
  `
  CREATE TABLE archive_segments (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, from_at TEXT NOT NULL, to_at TEXT NOT NULL,
    messages INTEGER NOT NULL, bytes INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, keys BLOB);
  CREATE TABLE archive_data (n INTEGER PRIMARY KEY, data BLOB NOT NULL);
  `,
  // Pushes expire by the time of their last change. It is unknown for existing pushes, which get the time of the migration.
  `
  ALTER TABLE resultsets ADD COLUMN changed TEXT NOT NULL DEFAULT '';
  UPDATE resultsets SET changed = strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
  UPDATE resultsets SET doc = '{"last_modified":"' || changed || '",' || substr(doc, 2);
  CREATE INDEX resultsets_by_change ON resultsets (project, changed, id);
  CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until TEXT NOT NULL) WITHOUT ROWID;
  `,
  // The ledger of bindings records each worker that wants a binding, instead of only the last one.
  `
  ALTER TABLE bindings RENAME TO bindings_of_one;
  CREATE TABLE bindings (queue TEXT NOT NULL, exchange TEXT NOT NULL, routing_key TEXT NOT NULL, wanted TEXT NOT NULL,
    PRIMARY KEY (queue, exchange, routing_key)) WITHOUT ROWID;
  INSERT INTO bindings SELECT queue, exchange, routing_key,
      iif(wanted_at IS NULL, '[]', json_array(json_object('by', wanted_by, 'at', wanted_at)))
    FROM bindings_of_one;
  DROP TABLE bindings_of_one;
  `,
];

/**
 * Migrates the file to the current schema version, one step at a time.
 *
 * @throws Misuse for a file that was written by a newer version; Error for another program's file, which stays unchanged.
 */
export function migrate(db: Database.Database): void {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as {
    name: string;
  }[];
  if (tables.length > 0 && !tables.some(({ name }) => name === "resultsets")) {
    throw new Error("it is another program's database");
  }
  for (let form = formOf(db); form !== steps.length; form = formOf(db)) {
    if (form > steps.length) {
      throw new Misuse([
        `the store was written by a newer version (schema version ${form}, supported up to ${steps.length}): update pulse-ingest`,
      ]);
    }
    db.exec("BEGIN IMMEDIATE");
    // Checked again under the lock, because another process may have taken the step in the meantime.
    if (formOf(db) === form) takeStep(db, form);
    db.exec("COMMIT");
  }
  // Another process may have changed the tables in the meantime. SQLite reloads their definitions when a statement runs, but
  // not when it is prepared, and not for `PRAGMA user_version`. Running any statement reloads them.
  db.prepare("SELECT count(*) FROM sqlite_schema").get();
}

/** Takes the step from a schema version to the next one, within the caller's transaction. */
export function takeStep(db: Database.Database, form: number): void {
  const step = steps[form];
  if (step === undefined) throw new Error(`there is no step from schema version ${form}`);
  if (typeof step === "string") db.exec(step);
  else step(db);
  db.exec(`PRAGMA user_version = ${form + 1}`);
}

/** Returns the schema version of the file: the number of steps that it has taken. */
export function formOf(db: Database.Database): number {
  const [{ user_version }] = db.prepare("PRAGMA user_version").all() as [{ user_version: number }];
  return user_version;
}
