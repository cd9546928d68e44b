import type Database from "libsql";
import { jobId, jobKey } from "../../domain/ids.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import { gridCell } from "../rules/grid-cell.ts";

/** Returns a function that gives a stored job and its parts another guid, within the caller's transaction. */
export function createRenaming(db: Database.Database) {
  const putJob = db.prepare("UPDATE jobs SET key = ?, cell = ?, doc = ? WHERE n = ?");
  // A worker that holds a lease on the log knows it by the old guid, and can no longer finish it. So the log is due again at once.
  const moveLogs = db.prepare("UPDATE logs SET guid = ?, lease = NULL, lease_until = NULL WHERE job = ?");
  // Ids begin with the job's id and a slash. `0` comes after `/` in ASCII.
  const moveSuggestions = db.prepare(
    `UPDATE OR REPLACE suggestions SET id = ?2 || substr(id, length(?1) + 1), guid = ?3, lease = NULL, lease_until = NULL
       WHERE id >= ?1 || '/' AND id < ?1 || '0'`,
  );
  const copyCoalesced = db.prepare(
    `INSERT INTO coalesced SELECT ?2, into_guid FROM coalesced WHERE id = ?1
       ON CONFLICT (id) DO UPDATE SET into_guid = max(into_guid, excluded.into_guid)`,
  );
  const dropCoalesced = db.prepare("DELETE FROM coalesced WHERE id = ?");

  /**
   * @param n - the row number of the job.
   * @param job - the job with its new guid.
   */
  return (n: number, job: StoredJob, oldGuid: string): void => {
    const [before, after] = [jobId(job.project, oldGuid), jobId(job.project, job.job_guid)];
    putJob.run(jobKey(after), JSON.stringify(gridCell(job)), JSON.stringify(job), n);
    moveLogs.run(job.job_guid, n);
    moveSuggestions.run(before, after, job.job_guid);
    copyCoalesced.run(before, after);
    dropCoalesced.run(before);
  };
}
