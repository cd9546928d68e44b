import { jobId } from "../../domain/ids.ts";
import type { ArtifactArrival, StoreOutcome } from "../ports/submission-store.ts";
import { artifactsToRead, outcomesAfter, planArtifacts } from "../rules/plan-artifacts.ts";
import { ownersOf } from "../rules/planned-parts.ts";
import type { Collections } from "./mongodb-collections.ts";
import { createJobReading } from "./mongodb-jobs.ts";
import { writeParts } from "./mongodb-parts.ts";
import { inOneReply, settleReads } from "./mongodb-rounds.ts";
import { createTombstones } from "./mongodb-tombstones.ts";

/** Writes artifacts that are posted without their job, in a constant number of round trips. */
export function createArtifacts(all: Collections) {
  const { readJobs } = createJobReading(all);
  const { clearGone } = createTombstones(all);

  async function storeArtifacts(batch: readonly ArtifactArrival[]): Promise<StoreOutcome[]> {
    const ids = artifactsToRead(batch).map(({ id }) => id);
    const [jobs, stored] = await Promise.all([
      readJobs(batch.map(({ artifact }) => jobId(artifact.project, artifact.job_guid))),
      all.artifacts.find({ _id: { $in: ids } }, { projection: { _id: 1 }, ...inOneReply }).toArray(),
    ]);
    const artifacts = new Set(stored.map(({ _id }) => _id));
    const { outcomes, ...parts } = planArtifacts(batch, { jobs, artifacts });
    const existed = await writeParts(all, parts);
    const { artifacts: added, suggestions, summarised } = parts;
    if (added.size + suggestions.size + summarised.length === existed.size) await settleReads(all);
    // In the meantime, a retry may have started to rename a job. It then deletes the job under this guid.
    const owners = ownersOf(parts);
    const left = owners.length === 0 ? null : await readJobs(owners);
    const gone = owners.filter((id) => left?.has(id) !== true);
    if (gone.length > 0) await clearGone(gone);
    return outcomesAfter(batch, outcomes, { existed, gone: new Set(gone) });
  }

  return { storeArtifacts };
}
