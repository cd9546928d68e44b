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
  type JobDocument,
  type ResultSetDocument,
  toArtifact,
} from "./mongodb-collections.ts";
import { toStoredLog } from "./mongodb-logs.ts";

/** The most jobs that are returned for one guid or task id. A stranger may create any number. */
const MAX_RUNS = 100;

/** Reads what pages, API and CLI show. */
export function createReads(all: Collections) {
  async function findJob(project: string, guid: string): Promise<JobView | null> {
    const found = await all.jobs.findOne({ _id: jobId(project, guid) });
    if (found === null) return null;
    const { _id, ...job } = found;
    const { into, logs, artifacts } = await partsOf(_id);
    return {
      job: withOrigins(job),
      coalesced_to: into?.into_guid ?? null,
      logs: logs.map(toStoredLog),
      artifacts: [...new Set(artifacts.map(({ name }) => name))],
    };
  }

  /** Reads what is stored beside a job. */
  async function partsOf(job: string) {
    const projection = { name: 1, made_by: 1 } as const;
    const [into, logs, artifacts] = await Promise.all([
      all.coalesced.findOne({ _id: job }),
      all.logs
        .find({ _id: below(job) })
        .sort({ order: 1 })
        .toArray(),
      all.artifacts
        .find({ _id: below(job) }, { projection })
        .sort({ order: 1 })
        .toArray(),
    ]);
    return { into, logs, artifacts };
  }

  /** Makes one query for each range, because for several ranges in one query some servers read the whole collection. */
  async function findJobsByGuid(guidOrTaskId: string): Promise<ExplainedJob[]> {
    const ranges = taskIdForms(guidOrTaskId)
      .flatMap((form) => [form, below(form)])
      .map((job_guid) => all.jobs.find({ job_guid }).sort({ _id: 1 }).limit(MAX_RUNS).toArray());
    const jobs = inOneOrder((await Promise.all(ranges)).flat()).slice(0, MAX_RUNS);
    return Promise.all(jobs.map(explained));
  }

  async function explained({ _id, ...job }: JobDocument): Promise<ExplainedJob> {
    const [{ into, logs, artifacts }, push, suggestions] = await Promise.all([
      partsOf(_id),
      all.resultsets.findOne({ _id: job.result_set }),
      all.suggestions
        .find({ _id: below(_id) }, { projection: { blob: 0 } })
        .sort({ _id: 1 })
        .toArray(),
    ]);
    return {
      job: withOrigins(job),
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

  async function findResultSet(project: string, revision: string): Promise<ResultSet | null> {
    const found = await all.resultsets.find({ revision_keys: resultSetId(project, revision) }).toArray();
    return findPush(
      found.map(({ _id, revision_keys, ...push }) => push),
      revision,
    );
  }

  async function countDocuments(): Promise<Record<string, number>> {
    const { bindings, versions, quotas, ...counted } = all;
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

function toResultSet({ _id, revision_keys, ...push }: ResultSetDocument): ResultSet {
  return push;
}
