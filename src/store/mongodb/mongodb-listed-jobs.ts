import type { FindOptions } from "mongodb";
import { numberOf } from "../../domain/document-numbers.ts";
import { listedMembers } from "../../domain/listed-members.ts";
import type { JobHandle, ListedJob, ReadJob } from "../ports/api-reads.ts";
import { withOrigins } from "../rules/earlier-origin.ts";
import { type Collections, isJob, type JobDocument, toStoredJob } from "./mongodb-collections.ts";
import { inOneReply } from "./mongodb-rounds.ts";

/** Reads the members that lists show, and `moved_number`, which replaces a missing number. */
const onlyListed = {
  projection: Object.fromEntries([...listedMembers, "moved_number"].map((member) => [member, 1])),
  ...inOneReply,
} as const;

/** Reads jobs for the read API with their pushes, either whole or only the members that lists show. */
export function createListedJobs(all: Pick<Collections, "jobs" | "coalesced" | "resultsets">) {
  async function readJobs(handles: readonly JobHandle[]): Promise<ReadJob[]> {
    return withRelated(handles, inOneReply, (job) => withOrigins(toStoredJob(job)));
  }

  async function readListed(handles: readonly JobHandle[]): Promise<ListedJob[]> {
    return withRelated(handles, onlyListed, toListed);
  }

  /** Reads jobs, and the members of other documents that are shown with them. */
  async function withRelated<Job extends ListedJob["job"]>(
    handles: readonly JobHandle[],
    options: FindOptions,
    toJob: (document: JobDocument) => Job,
  ): Promise<(ListedJob & { readonly job: Job })[]> {
    const ids = handles.map(String);
    const [found, coalesced] = await Promise.all([
      all.jobs.find({ _id: { $in: ids }, ...isJob }, options).toArray(),
      all.coalesced.find({ _id: { $in: ids } }, inOneReply).toArray(),
    ]);
    const jobs = new Map(found.map((job) => [job._id, toJob(job)]));
    const into = new Map(coalesced.map(({ _id, into_guid }) => [_id, into_guid]));
    const pushes = await readPushes(found.map(({ result_set }) => result_set));
    return ids.flatMap((id) => {
      const job = jobs.get(id);
      if (job === undefined) return [];
      return [{ job, coalesced_to: into.get(id) ?? null, push: pushes.get(job.result_set) ?? null }];
    });
  }

  async function readPushes(ids: readonly string[]) {
    const projection = { rest_id: 1, revision: 1 } as const;
    const found = await all.resultsets
      .find({ _id: { $in: [...new Set(ids)] } }, { projection, ...inOneReply })
      .toArray();
    return new Map(found.map(({ _id, rest_id = numberOf(_id), revision }) => [_id, { rest_id, revision }]));
  }

  return { readJobs, readListed };
}

/** Avoids copying the job if possible, because that takes as long as reading it. */
function toListed(job: JobDocument): ListedJob["job"] {
  return isNumbered(job) ? job : toStoredJob(job);
}

function isNumbered(job: JobDocument): job is JobDocument & { readonly rest_id: number } {
  return job.rest_id !== undefined;
}
