import type Database from "libsql";
import { apartBy } from "../../domain/ids.ts";
import type { PlannedParts } from "../rules/planned-parts.ts";
import { createRowWriter } from "./row-writer.ts";

/** Returns a function that writes what is stored beside jobs, with statements that are prepared once. */
export function createParts(db: Database.Database) {
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

  /** @param rowOf - returns the number of a job's row for its id. */
  return (parts: PlannedParts, rowOf: (job: string) => number): void => {
    const { artifacts, logs, suggestions, summarised, coalesced } = parts;
    for (const [id, into] of coalesced) putCoalesced.run(id, into);
    addArtifacts(
      Array.from(artifacts.values(), ({ job, artifact }) => {
        const { name, type, blob } = artifact;
        return [rowOf(job), name, apartBy(artifact), "message", type, blob];
      }),
    );
    addLogs(
      Array.from(logs.values(), (log) => {
        const { job, project, job_guid, exchange, name, url, host } = log;
        const { parse_status, failure, next_attempt_at, last_modified } = log;
        return [
          ...[rowOf(job), project, job_guid, exchange, name, url, host],
          ...[parse_status, failure, next_attempt_at, last_modified],
        ];
      }),
    );
    for (const { job, logName } of summarised) markParsed.run(rowOf(job), logName);
    for (const [id, { project, job_guid, exchange, blob, next_attempt_at }] of suggestions) {
      addSuggestions.run(id, project, job_guid, exchange, blob, next_attempt_at);
    }
  };
}
