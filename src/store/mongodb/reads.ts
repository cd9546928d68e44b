import { artifactIds, JOB_INFO, jobId, resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { Artifact } from "../../domain/submission.ts";
import { explainedArtifacts } from "../explained-artifacts.ts";
import { findPush } from "../find-push.ts";
import { mergeJobInfo } from "../merge-job-info.ts";
import type { ExplainedJob, JobView } from "../store.ts";
import { below, type Collections, type ResultSetDocument, toArtifact } from "./collections.ts";
import { toStoredLog } from "./work.ts";

/** The questions of page, API and CLI. */
export function createReads(all: Collections) {
  async function findJob(project: string, guid: string): Promise<JobView | null> {
    const found = await all.jobs.findOne({ _id: jobId(project, guid) });
    if (found === null) return null;
    const { _id, ...job } = found;
    const { coalesced, logs, artifacts } = await partsOf([_id]);
    return {
      job,
      coalesced_to: coalesced[0]?.into_guid ?? null,
      logs: logs.map(toStoredLog),
      artifacts: [...new Set(artifacts.map(({ name }) => name))],
    };
  }

  /** What is kept beside jobs, of all of them in one round trip. */
  async function partsOf(jobs: readonly string[]) {
    const projection = { job: 1, name: 1, made_by: 1 } as const;
    const beside = { $or: jobs.map((id) => ({ _id: below(id) })) };
    const [coalesced, logs, artifacts] = await Promise.all([
      all.coalesced.find({ _id: { $in: jobs } }).toArray(),
      all.logs.find(beside).sort({ order: 1 }).toArray(),
      all.artifacts.find(beside, { projection }).sort({ order: 1 }).toArray(),
    ]);
    return { coalesced, logs, artifacts };
  }

  async function findJobsByGuid(guidOrTaskId: string): Promise<ExplainedJob[]> {
    const ofTask = below(guidOrTaskId);
    const jobs = await all.jobs
      .find({ $or: [{ job_guid: guidOrTaskId }, { job_guid: ofTask }] })
      .sort({ _id: 1 })
      .limit(100)
      .toArray();
    if (jobs.length === 0) return [];
    const ids = jobs.map(({ _id }) => _id);
    const [{ coalesced, logs, artifacts }, pushes, suggestions] = await Promise.all([
      partsOf(ids),
      all.resultsets.find({ _id: { $in: jobs.map(({ result_set }) => result_set) } }).toArray(),
      all.suggestions
        .find({ $or: ids.map((_id) => ({ _id: below(_id) })) }, { projection: { blob: 0 } })
        .sort({ _id: 1 })
        .toArray(),
    ]);
    return jobs.map(({ _id: id, ...job }) => ({
      job,
      result_set: toResultSet(pushes.find(({ _id }) => _id === job.result_set)),
      coalesced_to: coalesced.find(({ _id }) => _id === id)?.into_guid ?? null,
      logs: logs.filter((log) => log.job === id).map(toStoredLog),
      artifacts: explainedArtifacts(artifacts.filter((artifact) => artifact.job === id)),
      suggestions: suggestions
        .filter(({ _id }) => _id.startsWith(`${id}/`))
        .map(({ attempts, next_attempt_at, failure }) => ({ attempts, next_attempt_at, failure })),
    }));
  }

  async function findArtifact(project: string, guid: string, name: string): Promise<Artifact | null> {
    const _id = artifactIds(project, guid, name);
    const found = await all.artifacts
      .find({ _id: name === JOB_INFO ? below(_id) : _id })
      .sort({ order: 1 })
      .toArray();
    const artifacts = found.map(toArtifact);
    return (name === JOB_INFO ? mergeJobInfo(artifacts) : artifacts[0]) ?? null;
  }

  async function findResultSet(project: string, revision: string): Promise<ResultSet | null> {
    const found = await all.resultsets.find({ revision_keys: resultSetId(project, revision) }).toArray();
    return findPush(
      found.map(({ _id, revision_keys, ...push }) => push),
      revision,
    );
  }

  async function countDocuments(): Promise<Record<string, number>> {
    const { bindings, versions, ...counted } = all;
    const counts = Object.entries(counted).map(async ([name, collection]) => {
      return [name, await collection.countDocuments()] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  }

  return {
    findJob,
    findJobsByGuid,
    findArtifact,
    findResultSet,
    countDocuments,
  };
}

function toResultSet(document: ResultSetDocument | undefined): ResultSet | null {
  if (document === undefined) return null;
  const { _id, revision_keys, ...push } = document;
  return push;
}
