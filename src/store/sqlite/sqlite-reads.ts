import type Database from "libsql";
import { JOB_INFO, jobId, jobKey, jobKeyRanges, resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { Artifact } from "../../domain/submission.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type { ExplainedJob, JobView, StoredSuggestions } from "../ports/job-reads.ts";
import { withOrigins } from "../rules/earlier-origin.ts";
import { type ArtifactRow, explainedArtifacts } from "../rules/explained-artifacts.ts";
import { findPush } from "../rules/find-push.ts";
import { mergeJobInfo } from "../rules/merge-job-info.ts";
import { type DocRow, readDoc, rowDoc } from "./row-doc.ts";
import { LOG_DOC, readLog } from "./sqlite-logs.ts";

const TABLES = [
  ...["resultsets", "jobs", "artifacts", "coalesced", "logs", "suggestions"],
  ...["rejections", "bugs", "suspects"],
];

/** The row number and the document of a job. */
export interface JobRow extends DocRow {
  readonly n: number;
}

/** Reads documents for pages, API and CLI. The shape of documents is not checked, because only pulse-ingest writes the tables. */
export function createReads(db: Database.Database) {
  function viewWithoutArtifacts({ n, doc }: JobRow): Omit<JobView, "artifacts"> {
    const job = withOrigins(JSON.parse(doc) as StoredJob);
    const into = db
      .prepare("SELECT into_guid FROM coalesced WHERE id = ?")
      .get(jobId(job.project, job.job_guid)) as { into_guid: string } | undefined;
    const rows = db.prepare(`SELECT ${LOG_DOC} FROM logs WHERE job = ? ORDER BY rowid`).all(n) as DocRow[];
    return { job, coalesced_to: into?.into_guid ?? null, logs: rows.map(readLog) };
  }

  function findJob(project: string, guid: string): JobView | null {
    const row = db.prepare("SELECT n, doc FROM jobs WHERE key = ?").get(jobKey(jobId(project, guid))) as
      | JobRow
      | undefined;
    if (row === undefined) return null;
    // Read before the artifacts, because another process may write in between. A log shown as parsed must have its artifacts.
    const view = viewWithoutArtifacts(row);
    const names = db
      .prepare(
        "SELECT json_quote(name) AS doc FROM artifacts WHERE job = ? GROUP BY name ORDER BY min(rowid)",
      )
      .all(row.n) as DocRow[];
    return { ...view, artifacts: names.map((name) => readDoc<string>(name)) };
  }

  function explainJob(row: JobRow): ExplainedJob {
    const view = viewWithoutArtifacts(row);
    const push = db.prepare("SELECT doc FROM resultsets WHERE id = ?").get(view.job.result_set) as
      | { doc: string }
      | undefined;
    const artifacts = db
      .prepare(
        `SELECT ${rowDoc({ name: "name", made_by: "made_by" })} FROM artifacts WHERE job = ?
           GROUP BY name, made_by ORDER BY min(rowid)`,
      )
      .all(row.n) as DocRow[];
    // Ids begin with the job's id and a slash. `0` comes after `/` in ASCII.
    const suggestions = db
      .prepare(
        "SELECT attempts, next_attempt_at, failure FROM suggestions WHERE id >= ?1 || '/' AND id < ?1 || '0' ORDER BY id",
      )
      .all(jobId(view.job.project, view.job.job_guid)) as StoredSuggestions[];
    return {
      ...view,
      result_set: push === undefined ? null : (JSON.parse(push.doc) as ResultSet),
      artifacts: explainedArtifacts(artifacts.map((artifact) => readDoc<ArtifactRow>(artifact))),
      suggestions,
    };
  }

  function findJobsByGuid(guidOrTaskId: string, project: string | null = null): ExplainedJob[] {
    const limits = taskIdForms(guidOrTaskId).flatMap(jobKeyRanges);
    const ranges = Array.from({ length: limits.length / 2 }, () => "(key > ? AND key < ?)").join(" OR ");
    // The plus sign keeps SQLite from using the index by project instead of the keys.
    const ofProject = project === null ? "" : "AND +project = ?";
    const values = project === null ? limits : [...limits, project];
    const rows = db
      .prepare(
        `SELECT n, doc FROM jobs WHERE (${ranges}) ${ofProject}
           ORDER BY project, doc ->> 'job_guid' LIMIT 100`,
      )
      .all(values) as JobRow[];
    return rows.map(explainJob);
  }

  function findArtifact(project: string, guid: string, name: string): Artifact | null {
    const rows = db
      .prepare(
        `SELECT ${rowDoc({ name: "name", type: "type", blob: "blob" })} FROM artifacts
           WHERE job = (SELECT n FROM jobs WHERE key = ?) AND name = ? ORDER BY rowid`,
      )
      .all(jobKey(jobId(project, guid)), name) as DocRow[];
    const artifacts = rows.map((row) => readDoc<Artifact>(row));
    return (name === JOB_INFO ? mergeJobInfo(artifacts) : artifacts[0]) ?? null;
  }

  function findResultSets(project: string, revisions: readonly string[]): ResultSet[] {
    const ids = revisions.map((revision) => resultSetId(project, revision));
    const rows = db
      .prepare("SELECT doc FROM resultsets WHERE id IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(ids)) as { doc: string }[];
    return rows.map(({ doc }) => JSON.parse(doc) as ResultSet);
  }

  function findResultSet(project: string, revision: string): ResultSet | null {
    const rows = db
      .prepare("SELECT doc FROM resultsets WHERE id IN (SELECT resultset FROM revision_keys WHERE key = ?)")
      .all(resultSetId(project, revision)) as { doc: string }[];
    return findPush(
      rows.map(({ doc }) => JSON.parse(doc) as ResultSet),
      revision,
    );
  }

  function countDocuments(): Record<string, number> {
    const count = (table: string) => db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
    return Object.fromEntries(TABLES.map((table) => [table, count(table).n]));
  }

  return {
    findJob,
    findJobsByGuid,
    findArtifact,
    findResultSet,
    findResultSets,
    countDocuments,
  };
}
