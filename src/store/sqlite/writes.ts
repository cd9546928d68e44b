import { randomUUID } from "node:crypto";
import type Database from "libsql";
import { artifactId, jobId, resultSetId } from "../../domain/ids.ts";
import type { ResultSet, ResultSetSubmission } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import { completePush, keysOf, linkedOnce } from "../complete-push.ts";
import { revisionKeys } from "../find-push.ts";
import { type BatchPlan, planBatch } from "../plan-batch.ts";
import { PushBook, pushKeys } from "../push-book.ts";
import type { Arrival, ArtifactMaker, StoreOutcome } from "../store.ts";
import { inTransaction } from "./database.ts";
import type { DocRow } from "./row-doc.ts";
import { createRowWriter } from "./row-writer.ts";

/** The first of a name stays. */
export const ADD_ARTIFACT = "INSERT OR IGNORE INTO artifacts VALUES (?, ?, ?, ?, ?, ?)";

/** The parameters of `ADD_ARTIFACT`. */
export function artifactRow(
  project: string,
  guid: string,
  artifact: Artifact,
  madeBy: ArtifactMaker,
): string[] {
  const { name, type, blob } = artifact;
  return [artifactId(project, guid, artifact), jobId(project, guid), name, type, blob, madeBy];
}

/** What writes a batch to one open file; its statements are prepared once. Lists go in as one JSON parameter each. */
export function createWrites(db: Database.Database) {
  const list = "(SELECT value FROM json_each(?))";
  const readJobs = db.prepare(`SELECT id, doc FROM jobs WHERE id IN ${list}`);
  const readPushes = db.prepare(
    `SELECT doc FROM resultsets WHERE id IN (SELECT resultset FROM revision_keys WHERE key IN ${list})`,
  );
  const readPushesByHash = db.prepare(
    "SELECT doc FROM resultsets JOIN json_each(?) AS wanted ON project = wanted.value->>0 AND revision_hash = wanted.value->>1",
  );
  const putPush = db.prepare(
    "INSERT INTO resultsets VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET revision_hash = excluded.revision_hash, doc = excluded.doc",
  );
  const putKey = db.prepare("INSERT OR IGNORE INTO revision_keys VALUES (?, ?)");
  const putJobs = createRowWriter(
    db,
    (rows) => `INSERT INTO jobs VALUES ${rows} ON CONFLICT (id) DO UPDATE SET
      version = excluded.version, doc = excluded.doc`,
    4,
  );
  const addArtifacts = createRowWriter(db, (rows) => `INSERT OR IGNORE INTO artifacts VALUES ${rows}`, 6);
  const addLogs = createRowWriter(
    db,
    (
      rows,
    ) => `INSERT OR IGNORE INTO logs (id, job, project, guid, name, url, host, parse_status, next_attempt_at,
      last_modified) VALUES ${rows}`,
    10,
  );
  const markParsed = db.prepare(
    `UPDATE logs SET parse_status = 'parsed', failure = NULL, next_attempt_at = NULL
       WHERE job = ? AND name = ? AND parse_status <> 'parsed'`,
  );
  const addSuggestions = db.prepare(
    "INSERT OR IGNORE INTO suggestions (id, project, guid, blob, next_attempt_at) VALUES (?, ?, ?, ?, ?)",
  );
  const putCoalesced = db.prepare(
    "INSERT INTO coalesced VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET into_guid = max(into_guid, excluded.into_guid)",
  );

  function storeSubmissions(batch: readonly Arrival[]): StoreOutcome[] {
    return inTransaction(db, () => {
      const submissions = batch.map(({ submission }) => submission);
      const ids = submissions.map(({ project, job }) => jobId(project, job.job_guid));
      const rows = readJobs.all(JSON.stringify(ids)) as { id: string; doc: string }[];
      const stored = new Map(rows.map(({ id, doc }) => [id, JSON.parse(doc) as StoredJob]));
      const { keys, hashes } = pushKeys(submissions);
      const pushes = new PushBook(pushesBy(keys, hashes));
      const plan = planBatch(batch, stored, pushes, randomUUID());
      for (const [id, push] of pushes.changed) writePush(id, push);
      writePlan(plan);
      return plan.outcomes;
    });
  }

  function pushesBy(keys: readonly string[], hashes: readonly [string, string][]): ResultSet[] {
    const rows = readPushes.all(JSON.stringify(keys)) as DocRow[];
    if (hashes.length > 0) rows.push(...(readPushesByHash.all(JSON.stringify(hashes)) as DocRow[]));
    return rows.map(({ doc }) => JSON.parse(doc) as ResultSet);
  }

  function writePush(id: string, push: ResultSet): void {
    putPush.run(id, push.project, push.revision_hash, JSON.stringify(push));
    for (const key of revisionKeys(push)) putKey.run(key, id);
  }

  function writePlan({ jobs, artifacts, logs, suggestions, summarised, coalesced }: BatchPlan): void {
    for (const [id, into] of coalesced) putCoalesced.run(id, into);
    addArtifacts(
      Array.from(
        artifacts,
        ([
          id,
          {
            job,
            artifact: { name, type, blob },
          },
        ]) => [id, job, name, type, blob, "message"],
      ),
    );
    addLogs(
      Array.from(logs, ([id, log]) => {
        const { job, project, job_guid, name, url, host, parse_status, next_attempt_at, last_modified } = log;
        return [id, job, project, job_guid, name, url, host, parse_status, next_attempt_at, last_modified];
      }),
    );
    for (const { job, logName } of summarised) markParsed.run(job, logName);
    for (const [id, { project, job_guid, blob, next_attempt_at }] of suggestions) {
      addSuggestions.run(id, project, job_guid, blob, next_attempt_at);
    }
    putJobs(Array.from(jobs, ([id, job]) => [id, job.job_guid, job.version, JSON.stringify(job)]));
  }

  function storeResultSets(project: string, submitted: readonly ResultSetSubmission[]): void {
    inTransaction(db, () => {
      for (const resultSet of linkedOnce(submitted)) {
        const push = completePush(pushesBy(keysOf(project, resultSet), []), project, resultSet);
        if (push !== null) writePush(resultSetId(project, push.next.revision), push.next);
      }
    });
  }

  return { storeSubmissions, storeResultSets };
}
