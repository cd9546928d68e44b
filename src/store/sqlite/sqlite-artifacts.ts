import type Database from "libsql";
import { apartBy, jobId, jobKey } from "../../domain/ids.ts";
import type { StoredJob } from "../../domain/stored-job.ts";
import type { ArtifactArrival, StoreOutcome } from "../ports/submission-store.ts";
import { artifactsToRead, planArtifacts } from "../rules/plan-artifacts.ts";
import { inTransaction } from "./sqlite-database.ts";
import { createParts } from "./sqlite-parts.ts";
import type { JobRow } from "./sqlite-reads.ts";

/** Writes artifacts that are posted without their job. */
export function createArtifacts(db: Database.Database) {
  const readJob = db.prepare("SELECT n, doc FROM jobs WHERE key = ?");
  const readArtifact = db.prepare("SELECT 1 FROM artifacts WHERE job = ? AND name = ? AND apart_by = ?");
  const writeParts = createParts(db);

  function storeArtifacts(batch: readonly ArtifactArrival[]): StoreOutcome[] {
    return inTransaction(db, () => {
      const jobs = new Map<string, StoredJob>();
      const rows = new Map<string, number>();
      for (const { artifact } of batch) {
        const id = jobId(artifact.project, artifact.job_guid);
        if (rows.has(id)) continue;
        const row = readJob.get(jobKey(id)) as JobRow | undefined;
        if (row === undefined) continue;
        rows.set(id, row.n);
        jobs.set(id, JSON.parse(row.doc) as StoredJob);
      }
      const rowOf = (job: string): number => rows.get(job) ?? 0;
      const artifacts = artifactsToRead(batch).filter(
        ({ job, name, blob }) =>
          readArtifact.get(rowOf(job), name, apartBy({ name, type: "", blob })) !== undefined,
      );
      const plan = planArtifacts(batch, { jobs, artifacts: new Set(artifacts.map(({ id }) => id)) });
      writeParts(plan, rowOf);
      return plan.outcomes;
    });
  }

  return { storeArtifacts };
}
