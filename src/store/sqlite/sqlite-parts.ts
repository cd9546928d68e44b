import type Database from "libsql";
import { apartBy } from "../../domain/ids.ts";
import type { PlannedParts } from "../rules/planned-parts.ts";

/** Returns a function that writes the documents planned along with jobs. Its statements are prepared once. */
export function createParts(db: Database.Database) {
  // An artifact of this name that is already stored is kept.
  const addArtifact = db.prepare("INSERT OR IGNORE INTO artifacts VALUES (?, ?, ?, ?, ?, ?)");
  const addLog = db.prepare(
    `INSERT OR IGNORE INTO logs (job, project, guid, exchange, name, url, host, parse_status, failure, next_attempt_at,
       last_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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

  /** @param rowOf - returns the row number of a job, by its id. */
  return (parts: PlannedParts, rowOf: (job: string) => number): void => {
    const { artifacts, logs, suggestions, summarised, coalesced } = parts;
    for (const [id, into] of coalesced) putCoalesced.run([id, into]);
    for (const { job, artifact } of artifacts.values()) {
      const { name, type, blob } = artifact;
      addArtifact.run([rowOf(job), name, apartBy(artifact), "message", type, blob]);
    }
    for (const { job, logName } of summarised) markParsed.run([rowOf(job), logName]);
    for (const log of logs.values()) {
      const { job, project, job_guid, exchange, name, url, host } = log;
      const { parse_status, failure, next_attempt_at, last_modified } = log;
      addLog.run([
        ...[rowOf(job), project, job_guid, exchange, name, url, host],
        ...[parse_status, failure, next_attempt_at, last_modified],
      ]);
    }
    for (const [id, { project, job_guid, exchange, blob, next_attempt_at }] of suggestions) {
      addSuggestions.run([id, project, job_guid, exchange, blob, next_attempt_at]);
    }
  };
}
