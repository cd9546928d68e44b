import { randomUUID } from "node:crypto";
import type Database from "libsql";
import { apartBy, jobId, jobKey, resultSetId } from "../../domain/ids.ts";
import type { ResultSet, ResultSetSubmission } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Arrival, StoreOutcome } from "../ports/submission-store.ts";
import { completePush, keysOf, linkedOnce } from "../rules/complete-push.ts";
import { revisionKeys } from "../rules/find-push.ts";
import type { LogRoom } from "../rules/log-room.ts";
import { type BatchPlan, planBatch } from "../rules/plan-batch.ts";
import { PushBook, pushKeys } from "../rules/push-book.ts";
import type { DocRow } from "./row-doc.ts";
import { createRowWriter } from "./row-writer.ts";
import { inTransaction } from "./sqlite-database.ts";
import type { JobRow } from "./sqlite-reads.ts";

/** A stored job and its number. */
interface NumberedJob {
  readonly n: number;
  readonly job: StoredJob;
}

/** Writes batches to an open file, with statements that are prepared once. A list is passed as one JSON parameter. */
export function createWrites(db: Database.Database, room: LogRoom) {
  const list = "(SELECT value FROM json_each(?))";
  // Each job is a row of its own: the driver would crash the process if one text for all of them reached 512 MiB.
  const readJobs = db.prepare(`SELECT n, doc FROM jobs WHERE key IN ${list}`);
  const readNumber = db.prepare("SELECT coalesce(max(n), 0) AS n FROM jobs");
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
    (rows) => `INSERT INTO jobs VALUES ${rows} ON CONFLICT (n) DO UPDATE SET doc = excluded.doc`,
    3,
  );
  // If there is an artifact of this name already, it stays.
  const addArtifacts = createRowWriter(db, (rows) => `INSERT OR IGNORE INTO artifacts VALUES ${rows}`, 6);
  const addLogs = createRowWriter(
    db,
    (
      rows,
    ) => `INSERT OR IGNORE INTO logs (job, project, guid, exchange, name, url, host, parse_status, failure,
      next_attempt_at, last_modified) VALUES ${rows}`,
    11,
  );
  const countLogs = db.prepare(
    "SELECT count(*) AS n FROM (SELECT 1 FROM logs WHERE exchange = ? AND next_attempt_at IS NOT NULL LIMIT ?)",
  );
  const markParsed = db.prepare(
    `UPDATE logs SET parse_status = 'parsed', failure = NULL, next_attempt_at = NULL
       WHERE job = ? AND name = ? AND parse_status <> 'parsed'`,
  );
  const addSuggestions = db.prepare(
    "INSERT OR IGNORE INTO suggestions (id, project, guid, exchange, blob, next_attempt_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const putCoalesced = db.prepare(
    "INSERT INTO coalesced VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET into_guid = max(into_guid, excluded.into_guid)",
  );

  function storeSubmissions(batch: readonly Arrival[]): StoreOutcome[] {
    return inTransaction(db, () => {
      const submissions = batch.map(({ submission }) => submission);
      const numbered = jobsBy(submissions.map(({ project, job }) => jobKey(jobId(project, job.job_guid))));
      const stored = new Map(numbered.map(({ job }) => [jobId(job.project, job.job_guid), job]));
      const numbers = new Map(numbered.map(({ n, job }) => [jobId(job.project, job.job_guid), n]));
      const { keys, hashes } = pushKeys(submissions);
      const pushes = new PushBook(pushesBy(keys, hashes));
      for (const exchange of room.toCount(batch)) room.note(exchange, countWaiting(exchange));
      const plan = planBatch(batch, stored, pushes, room, randomUUID());
      for (const [id, push] of pushes.changed) writePush(id, push);
      writePlan(plan, stored, numbers);
      return plan.outcomes;
    });
  }

  function countWaiting(exchange: string): number {
    return (countLogs.get(exchange, room.maxWaiting) as { n: number }).n;
  }

  function jobsBy(keys: readonly string[]): NumberedJob[] {
    const rows = readJobs.all(JSON.stringify(keys)) as JobRow[];
    return rows.map(({ n, doc }) => ({ n, job: JSON.parse(doc) as StoredJob }));
  }

  function pushesBy(keys: readonly string[], hashes: readonly [string, string][]): ResultSet[] {
    const byKey = readPushes.all(JSON.stringify(keys)) as DocRow[];
    const byHash = hashes.length > 0 ? (readPushesByHash.all(JSON.stringify(hashes)) as DocRow[]) : [];
    return [...byKey, ...byHash].map(({ doc }) => JSON.parse(doc) as ResultSet);
  }

  function writePush(id: string, push: ResultSet): void {
    putPush.run(id, push.project, push.revision_hash, JSON.stringify(push));
    for (const key of revisionKeys(push)) putKey.run(key, id);
  }

  /** @param numbers - the numbers of the stored jobs, by id. Those of new jobs are added. */
  function writePlan(
    plan: BatchPlan,
    stored: ReadonlyMap<string, StoredJob>,
    numbers: Map<string, number>,
  ): void {
    const { newJobs, changedJobs, artifacts, logs, suggestions, summarised, coalesced } = plan;
    let { n: last } = readNumber.get() as { n: number };
    for (const id of newJobs.keys()) numbers.set(id, ++last);
    const numberOf = (id: string): number => numbers.get(id) ?? bugOf(id);
    for (const [id, into] of coalesced) putCoalesced.run(id, into);
    addArtifacts(
      Array.from(artifacts.values(), ({ job, artifact }) => {
        const { name, type, blob } = artifact;
        return [numberOf(job), name, apartBy(artifact), "message", type, blob];
      }),
    );
    addLogs(
      Array.from(logs.values(), (log) => {
        const { job, project, job_guid, exchange, name, url, host } = log;
        const { parse_status, failure, next_attempt_at, last_modified } = log;
        return [
          ...[numberOf(job), project, job_guid, exchange, name, url, host],
          ...[parse_status, failure, next_attempt_at, last_modified],
        ];
      }),
    );
    for (const { job, logName } of summarised) markParsed.run(numberOf(job), logName);
    for (const [id, { project, job_guid, exchange, blob, next_attempt_at }] of suggestions) {
      addSuggestions.run(id, project, job_guid, exchange, blob, next_attempt_at);
    }
    const changed = Array.from(
      changedJobs,
      ([id, changes]) => [id, { ...stored.get(id), ...changes }] as const,
    );
    const jobs = [...newJobs, ...changed];
    putJobs(jobs.map(([id, job]) => [numberOf(id), jobKey(id), JSON.stringify(job)]));
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

function bugOf(id: string): never {
  throw new Error(`the job ${id} is neither stored nor in the batch`);
}
