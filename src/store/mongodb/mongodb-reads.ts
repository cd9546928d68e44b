import type { Filter } from "mongodb";
import { artifactIds, JOB_INFO, jobId, resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { Artifact } from "../../domain/submission.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type { ExplainedJob, JobView } from "../ports/job-reads.ts";
import { withOrigins } from "../rules/earlier-origin.ts";
import { explainedArtifacts } from "../rules/explained-artifacts.ts";
import { findPush } from "../rules/find-push.ts";
import { mergeJobInfo } from "../rules/merge-job-info.ts";
import {
  below,
  type Collections,
  inOneOrder,
  isJob,
  type JobDocument,
  toArtifact,
  toResultSet,
  toStoredJob,
} from "./mongodb-collections.ts";
import { toStoredLog } from "./mongodb-logs.ts";

/** The most jobs that are returned for one guid or task id, because publishers may create any number of runs. */
const MAX_RUNS = 100;

/** Matches the jobs of all projects whose guid is this one, or begins with it and a slash. */
function byGuid(guid: string): Filter<JobDocument>[] {
  return [{ job_guid: guid }, { job_guid: below(guid) }];
}

/** Like {@link byGuid}, for one project, by the id of the job with this guid. In an id, the slash of a guid is encoded as `%2F`. */
function byId(id: string): Filter<JobDocument>[] {
  return [
    { _id: id, ...isJob },
    { _id: { $gte: `${id}%2F`, $lt: `${id}%2G` }, ...isJob },
  ];
}

/** Reads documents for pages, API and CLI. */
export function createReads(all: Collections) {
  async function findJob(project: string, guid: string): Promise<JobView | null> {
    const found = await all.jobs.findOne({ _id: jobId(project, guid), ...isJob });
    if (found === null) return null;
    const { into, logs, artifacts } = await partsOf(found._id);
    return {
      job: withOrigins(toStoredJob(found)),
      coalesced_to: into?.into_guid ?? null,
      logs: logs.map(toStoredLog),
      artifacts: [...new Set(artifacts.map(({ name }) => name))],
    };
  }

  /** Reads the documents that belong to a job. */
  async function partsOf(job: string) {
    const projection = { name: 1, made_by: 1 } as const;
    const [into, logs] = await Promise.all([
      all.coalesced.findOne({ _id: job }),
      all.logs
        .find({ _id: below(job) })
        .sort({ order: 1 })
        .toArray(),
    ]);
    // Read after the logs, because a worker may write in between. A log shown as parsed must have its artifacts.
    const artifacts = await all.artifacts
      .find({ _id: below(job) }, { projection })
      .sort({ order: 1 })
      .toArray();
    return { into, logs, artifacts };
  }

  /** Makes one query per range, because some servers read the whole collection for several ranges in one query. */
  async function findJobsByGuid(
    guidOrTaskId: string,
    project: string | null = null,
  ): Promise<ExplainedJob[]> {
    const ranges = taskIdForms(guidOrTaskId)
      .flatMap((form) => (project === null ? byGuid(form) : byId(jobId(project, form))))
      .map((range) => all.jobs.find(range).sort({ _id: 1 }).limit(MAX_RUNS).toArray());
    const jobs = inOneOrder((await Promise.all(ranges)).flat()).slice(0, MAX_RUNS);
    return Promise.all(jobs.map(explainJob));
  }

  async function explainJob(found: JobDocument): Promise<ExplainedJob> {
    const { _id, result_set } = found;
    const [{ into, logs, artifacts }, push, suggestions] = await Promise.all([
      partsOf(_id),
      all.resultsets.findOne({ _id: result_set }),
      all.suggestions
        .find({ _id: below(_id) }, { projection: { blob: 0 } })
        .sort({ _id: 1 })
        .toArray(),
    ]);
    return {
      job: withOrigins(toStoredJob(found)),
      result_set: push === null ? null : toResultSet(push),
      coalesced_to: into?.into_guid ?? null,
      logs: logs.map(toStoredLog),
      artifacts: explainedArtifacts(artifacts),
      suggestions: suggestions.map(({ attempts, next_attempt_at, failure }) => {
        return { attempts, next_attempt_at, failure };
      }),
    };
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

  async function findResultSets(project: string, revisions: readonly string[]): Promise<ResultSet[]> {
    const ids = revisions.map((revision) => resultSetId(project, revision));
    const found = await all.resultsets.find({ _id: { $in: ids } }).toArray();
    return found.map(toResultSet);
  }

  async function findResultSet(project: string, revision: string): Promise<ResultSet | null> {
    const found = await all.resultsets.find({ revision_keys: resultSetId(project, revision) }).toArray();
    return findPush(found.map(toResultSet), revision);
  }

  async function countDocuments(): Promise<Record<string, number>> {
    const { bindings, versions, quotas, optionCollections, tombstones, leases, ...counted } = all;
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
    findResultSets,
    countDocuments,
  };
}
