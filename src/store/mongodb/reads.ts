import type { Filter } from "mongodb";
import { JOB_INFO, jobId, resultSetId } from "../../domain/ids.ts";
import type { StoredRejection } from "../../domain/rejection.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { Artifact } from "../../domain/submission.ts";
import { findPush } from "../find-push.ts";
import { mergeJobInfo } from "../merge-job-info.ts";
import type { JobView, RejectionQuery } from "../store.ts";
import { type Collections, type JobDocument, type RejectionDocument, toArtifact } from "./collections.ts";
import { toStoredLog } from "./work.ts";

/** The questions of page, API and CLI. */
export function createReads(all: Collections) {
  async function view({ _id, ...job }: JobDocument): Promise<JobView> {
    const [into, logs, artifacts] = await Promise.all([
      all.coalesced.findOne({ _id }),
      all.logs.find({ job: _id }).sort({ order: 1 }).toArray(),
      all.artifacts
        .find({ job: _id }, { projection: { name: 1 } })
        .sort({ order: 1 })
        .toArray(),
    ]);
    return {
      job,
      coalesced_to: into?.into_guid ?? null,
      logs: logs.map(toStoredLog),
      artifacts: [...new Set(artifacts.map(({ name }) => name))],
    };
  }

  async function findJob(project: string, guid: string): Promise<JobView | null> {
    const job = await all.jobs.findOne({ _id: jobId(project, guid) });
    return job === null ? null : view(job);
  }

  async function findJobsByGuid(guidOrTaskId: string): Promise<JobView[]> {
    // `0` follows `/` in ASCII: the range holds exactly what begins with the task id and a slash.
    const ofTask = { $gte: `${guidOrTaskId}/`, $lt: `${guidOrTaskId}0` };
    const jobs = await all.jobs
      .find({ $or: [{ job_guid: guidOrTaskId }, { job_guid: ofTask }] })
      .sort({ _id: 1 })
      .limit(100)
      .toArray();
    return Promise.all(jobs.map(view));
  }

  async function findArtifact(project: string, guid: string, name: string): Promise<Artifact | null> {
    const found = await all.artifacts
      .find({ job: jobId(project, guid), name })
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

  async function listRejections({
    reason,
    since,
    limit,
    ...exact
  }: RejectionQuery): Promise<StoredRejection[]> {
    const filter: Filter<RejectionDocument> = {
      ...Object.fromEntries(Object.entries(exact).filter(([, value]) => value !== undefined)),
      ...(reason === undefined ? {} : { "fault.reason": reason }),
      ...(since === undefined ? {} : { last_seen: { $gte: since } }),
    };
    const found = await all.rejections.find(filter).sort({ last_seen: -1 }).limit(limit).toArray();
    return found.map(toRejection);
  }

  async function findRejection(id: string): Promise<StoredRejection | null> {
    const found = await all.rejections.findOne({ _id: id });
    return found === null ? null : toRejection(found);
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
    listRejections,
    findRejection,
    countDocuments,
  };
}

function toRejection({ _id, expires_at, ...rest }: RejectionDocument): StoredRejection {
  return { id: _id, ...rest, expires_at: expires_at.toISOString() };
}
