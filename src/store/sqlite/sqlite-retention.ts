import type Database from "libsql";
import { jobKey } from "../../domain/ids.ts";
import { CELL } from "../../domain/job-cell.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type {
  ExpiredJob,
  ExpiredJobs,
  ExpiryCounts,
  ExpiryQuery,
  OutdatedKind,
  RemovedJobs,
  RemovedPushes,
} from "../ports/retention-store.ts";
import { revisionKeys } from "../rules/find-push.ts";
import { type DocRow, readDoc } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";

/** A transaction starts no further job after this time, in milliseconds, because it blocks the event loop. */
const STEP_MS = 10;

/** The condition for an expired job. It uses only columns before the document, which are fast to read. */
const EXPIRED = `(changed < ?3 OR (changed < ?2 AND cell ->> ${CELL.state} = 'completed'))`;

interface OldJob {
  readonly n: number;
  readonly key: string;
  readonly changed: string;
  readonly version: number;
  readonly is_expired: 0 | 1;
}

interface OldPush {
  readonly id: string;
  readonly rest_id: number;
  readonly changed: string;
}

/** Removes expired documents. Each call that removes some is one short transaction. */
export function createRetention(db: Database.Database) {
  const oldJobs = db.prepare(
    `SELECT n, key, changed, cell ->> ${CELL.version} AS version, ${EXPIRED} AS is_expired FROM jobs
       WHERE project = ?1 AND changed < ?2 AND (changed, n) > (?4, ?5) ORDER BY changed, n LIMIT ?6`,
  );
  const findJob = db.prepare(`SELECT n FROM jobs WHERE key = ? AND cell ->> ${CELL.version} = ?`);
  const logUrls = db.prepare("SELECT json_group_array(url) AS doc FROM logs WHERE job = ?");
  const dropArtifacts = db.prepare("DELETE FROM artifacts WHERE job = ?");
  const dropLogs = db.prepare("DELETE FROM logs WHERE job = ?");
  // Ids begin with the job's id and a slash. `0` comes after `/` in ASCII.
  const dropSuggestions = db.prepare("DELETE FROM suggestions WHERE id >= ?1 || '/' AND id < ?1 || '0'");
  const dropCoalesced = db.prepare("DELETE FROM coalesced WHERE id = ?");
  const dropJob = db.prepare("DELETE FROM jobs WHERE n = ?");
  const oldPushes = db.prepare(
    `SELECT id, rest_id, changed FROM resultsets
       WHERE project = ? AND changed < ? AND (changed, id) > (?, ?) ORDER BY changed, id LIMIT ?`,
  );
  const jobOfPush = db.prepare("SELECT 1 FROM jobs WHERE push = ? LIMIT 1");
  const readPush = db.prepare("SELECT doc FROM resultsets WHERE id = ?");
  const dropKey = db.prepare("DELETE FROM revision_keys WHERE key = ? AND resultset = ?");
  const dropPush = db.prepare("DELETE FROM resultsets WHERE id = ?");

  /** Does nothing: a job is removed in one transaction, so a removal is never left unfinished. */
  function finishRemovals(): number {
    return 0;
  }

  function findExpiredJobs(query: ExpiryQuery, after: string | null, limit: number): ExpiredJobs {
    const [changed, n] = after === null ? ["", 0] : (JSON.parse(after) as [string, number]);
    const rows = oldJobs.all(...valuesOf(query), changed, n, limit) as OldJob[];
    const last = rows.at(-1);
    return {
      jobs: rows
        .filter((row) => row.is_expired === 1)
        .map(({ key, version, changed: last_modified }) => ({ id: jobKey(key), version, last_modified })),
      next: last === undefined || rows.length < limit ? null : JSON.stringify([last.changed, last.n]),
    };
  }

  function removeJobs(jobs: readonly ExpiredJob[]): RemovedJobs {
    return inTransaction(db, () => {
      const removed = { handled: 0, jobs: 0, artifacts: 0, logs: 0, suggestions: 0, coalesced: 0 };
      const urls: string[] = [];
      const until = performance.now() + STEP_MS;
      for (const { id, version } of jobs) {
        removed.handled++;
        const row = findJob.get(jobKey(id), version) as { n: number } | undefined;
        if (row !== undefined) {
          const { n } = row;
          for (const url of readDoc<string[]>(logUrls.get(n) as DocRow)) urls.push(url);
          removed.artifacts += dropArtifacts.run(n).changes;
          removed.logs += dropLogs.run(n).changes;
          removed.suggestions += dropSuggestions.run(id).changes;
          removed.coalesced += dropCoalesced.run(id).changes;
          removed.jobs += dropJob.run(n).changes;
        }
        if (performance.now() >= until) break;
      }
      return { ...removed, logUrls: urls };
    });
  }

  function removePushes(project: string, before: string, after: string | null, limit: number): RemovedPushes {
    const [changed, id] = after === null ? ["", ""] : (JSON.parse(after) as [string, string]);
    return inTransaction(db, () => {
      const rows = oldPushes.all(project, before, changed, id, limit) as OldPush[];
      const empty = rows.filter(({ rest_id }) => jobOfPush.get(rest_id) === undefined);
      for (const push of empty) {
        const keys = revisionKeys(readDoc<ResultSet>(readPush.get(push.id) as DocRow));
        for (const key of keys) dropKey.run(key, push.id);
        dropPush.run(push.id);
      }
      const last = rows.at(-1);
      return {
        removed: empty.length,
        next: last === undefined || rows.length < limit ? null : JSON.stringify([last.changed, last.id]),
      };
    });
  }

  function removeOutdated(kind: OutdatedKind, limit: number): number {
    const drop = db.prepare(
      `DELETE FROM ${kind} WHERE id IN (SELECT id FROM ${kind} WHERE expires_at < ? LIMIT ?)`,
    );
    return inTransaction(db, () => drop.run(nowFor(kind), limit).changes);
  }

  function countExpired(query: ExpiryQuery): ExpiryCounts {
    const values = valuesOf(query);
    const count = (sql: string): number =>
      (db.prepare(`SELECT count(*) AS n FROM ${sql}`).get(...values) as { n: number }).n;
    const expired = `jobs WHERE project = ?1 AND changed < ?2 AND ${EXPIRED}`;
    const oldest = db.prepare(
      `SELECT min(changed) AS oldest FROM jobs WHERE project = ?1 AND changed >= ?3 AND NOT ${EXPIRED}`,
    );
    return {
      jobs: count(expired),
      artifacts: count(`artifacts WHERE job IN (SELECT n FROM ${expired})`),
      logs: count(`logs WHERE job IN (SELECT n FROM ${expired})`),
      pushes: count(
        `resultsets AS old WHERE project = ?1 AND changed < ?2
           AND NOT EXISTS (SELECT 1 FROM jobs WHERE push = old.rest_id AND NOT ${EXPIRED.replaceAll("changed", "jobs.changed")})
           AND ?3 = ?3`,
      ),
      oldest_kept: (oldest.get(...values) as { oldest: string | null }).oldest,
    };
  }

  function countOutdated(kind: OutdatedKind): number {
    const count = db.prepare(`SELECT count(*) AS n FROM ${kind} WHERE expires_at < ?`);
    return (count.get(nowFor(kind)) as { n: number }).n;
  }

  return {
    finishRemovals,
    findExpiredJobs,
    removeJobs,
    removePushes,
    removeOutdated,
    countExpired,
    countOutdated,
  };
}

/** Returns the parameters 1 to 3 of the statements about a project's jobs. */
function valuesOf({ project, finishedBefore, unfinishedBefore }: ExpiryQuery): string[] {
  return [project, finishedBefore, unfinishedBefore];
}

/** Returns the current time in the format of the expiry times of a table. */
function nowFor(kind: OutdatedKind): string | number {
  return kind === "nonces" ? Date.now() : new Date().toISOString();
}
