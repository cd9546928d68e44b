import { type Document, type Filter, MongoServerError } from "mongodb";
import { jobId, projectKey } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type {
  ArtifactHead,
  JobHandle,
  JobSelection,
  LogCursor,
  OptionCollection,
  SubmittedPushQuery,
} from "../ports/api-reads.ts";
import type { StoredLog } from "../ports/log-store.ts";
import {
  below,
  type Collections,
  isJob,
  type JobDocument,
  type LogDocument,
  type ResultSetDocument,
  toResultSet,
  type WithId,
  withMovedNumberIn,
  withNumberIn,
} from "./mongodb-collections.ts";
import { createListedJobs } from "./mongodb-listed-jobs.ts";
import { toStoredLog } from "./mongodb-logs.ts";
import { completeOptions } from "./mongodb-options.ts";
import { inOneReply } from "./mongodb-rounds.ts";

const onlyId = { projection: { _id: 1 }, ...inOneReply } as const;
/**
 * Selections that list their jobs, which match few jobs even in all projects together. For these, the query does not contain the
 * project, because some servers would then look up all jobs of the project.
 */
const NAMING: ReadonlySet<JobSelection["by"]> = new Set(["number", "guid", "task"]);

/**
 * Reads the lists of the read API. The handle of a job is its id. The server sorts jobs only by id, because not every server can read
 * another order from an index. Other sorting is done here, on few documents.
 */
export function createApiReads(all: Collections) {
  async function pageOfProject(project: string, skip: number, limit: number): Promise<JobHandle[]> {
    // The server does not accept a `$limit` of 0.
    if (limit === 0) return [];
    const ofProject = { _id: below(projectKey(project)), ...isJob };
    const ids = await idsOf(ofProject, [{ $sort: { _id: 1 } }, { $skip: skip }, { $limit: limit }]);
    return ids.sort();
  }

  async function selectJobs(
    selection: JobSelection,
    project: string | null,
    most: number,
  ): Promise<JobHandle[]> {
    const isNaming = NAMING.has(selection.by);
    const atServer = project === null || isNaming ? {} : { project };
    // One query per condition, because some servers read the whole collection for several conditions in one query.
    const found =
      selection.by === "number"
        ? [await idsByNumber(selection.numbers)]
        : await Promise.all(
            conditionsOf(selection).map((condition) =>
              idsOf({ ...condition, ...atServer }, isNaming ? [] : [{ $limit: most }]),
            ),
          );
    const ids = isNaming ? [...new Set(found.flat())] : found.flat();
    const ofProject = project === null ? ids : ids.filter((id) => id.startsWith(`${projectKey(project)}/`));
    return ofProject.slice(0, most).sort();
  }

  /**
   * Returns the ids of the jobs with these numbers. While a retry renames a job, the job briefly has a `moved_number` instead of its
   * number. If it gets its number back between the first two queries, the third query finds it.
   */
  async function idsByNumber(numbers: readonly number[]): Promise<string[]> {
    const most = new Set(numbers).size;
    let ids: string[] = [];
    for (const filter of [withNumberIn, withMovedNumberIn, withNumberIn]) {
      ids = [...ids, ...(await idsOf(filter(numbers), []))];
      if (ids.length >= most) break;
    }
    return ids;
  }

  /** Returns the ids of jobs in any order. Reading them as one document is several times faster than one document per id. */
  async function idsOf(filter: Filter<JobDocument>, stages: readonly Document[]): Promise<string[]> {
    const choice = [{ $match: filter }, ...stages];
    const inOne = { $group: { _id: null, ids: { $push: "$_id" } } };
    try {
      const [found] = await all.jobs.aggregate<{ ids: string[] }>([...choice, inOne]).toArray();
      return found?.ids ?? [];
    } catch (error) {
      // The server refuses if the ids do not fit into one document.
      if (!(error instanceof MongoServerError)) throw error;
      const each = all.jobs.aggregate<WithId>([...choice, { $project: { _id: 1 } }], inOneReply);
      return (await each.toArray()).map(({ _id }) => _id);
    }
  }

  async function listSubmittedPushes({
    project,
    from,
    to,
    author,
    skip,
    limit,
  }: SubmittedPushQuery): Promise<ResultSet[]> {
    // To the server, a limit of 0 means no limit.
    if (limit === 0) return [];
    const filter: Filter<ResultSetDocument> = {
      project,
      push_timestamp: { $gte: from ?? Number.MIN_SAFE_INTEGER, $lte: to ?? Number.MAX_SAFE_INTEGER },
      revisions: { $ne: [] },
      ...(author === null ? {} : { author }),
    };
    const found = await all.resultsets
      .find(filter, inOneReply)
      .sort({ push_timestamp: -1, _id: 1 })
      .skip(skip)
      .limit(limit)
      .toArray();
    return found.map(toResultSet);
  }

  async function findPushes(numbers: readonly number[]): Promise<ResultSet[]> {
    const found = await all.resultsets.find(withNumberIn(numbers), inOneReply).toArray();
    return found.map(toResultSet);
  }

  async function listArtifacts(project: string, guid: string): Promise<ArtifactHead[]> {
    const projection = { name: 1, type: 1, made_by: 1 } as const;
    const found = await all.artifacts
      .find({ _id: below(jobId(project, guid)) }, { projection, ...inOneReply })
      .sort({ order: 1 })
      .toArray();
    return found.map(({ name, type, made_by = null }) => ({ name, type, made_by }));
  }

  async function listChangedLogs(before: LogCursor | null, limit: number): Promise<StoredLog[]> {
    const filter: Filter<LogDocument> =
      before === null
        ? {}
        : {
            // The first condition follows from the others. It is there because an index can answer it.
            last_modified: { $lte: before.last_modified },
            $or: [{ last_modified: { $lt: before.last_modified } }, { _id: { $gt: before.id } }],
          };
    const found = await all.logs
      .find(filter, inOneReply)
      .sort({ last_modified: -1, _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(toStoredLog);
  }

  async function listProjectNames(limit: number): Promise<string[]> {
    const projects: string[] = [];
    // Jumps from one project to the next in the index of ids, so the number of pushes does not matter.
    for (let after = ""; projects.length < limit; ) {
      const next = await all.resultsets
        .find({ _id: { $gte: after } })
        .sort({ _id: 1 })
        .limit(1)
        .next();
      if (next === null) break;
      projects.push(next.project);
      after = below(projectKey(next.project)).$lt;
    }
    return projects.sort();
  }

  async function hasProject(project: string): Promise<boolean> {
    const found = await all.resultsets.findOne({ _id: below(projectKey(project)) }, onlyId);
    return found !== null;
  }

  async function listOptionCollections(limit: number): Promise<OptionCollection[]> {
    await completeOptions(all);
    const found = await all.optionCollections.find({}, inOneReply).sort({ _id: 1 }).limit(limit).toArray();
    return found.map(({ _id: hash, options }) => ({ hash, options }));
  }

  return {
    pageOfProject,
    selectJobs,
    ...createListedJobs(all),
    listSubmittedPushes,
    findPushes,
    listArtifacts,
    listChangedLogs,
    listProjectNames,
    hasProject,
    listOptionCollections,
  };
}

function conditionsOf(selection: Exclude<JobSelection, { by: "number" }>): Filter<JobDocument>[] {
  switch (selection.by) {
    case "number-range":
      return [{ rest_id: { $gt: selection.first - 1, $lte: selection.last } }];
    case "guid":
      return [{ job_guid: { $in: [...selection.guids] } }];
    case "task":
      return taskIdForms(selection.task).flatMap((form) => [{ job_guid: form }, { job_guid: below(form) }]);
    case "push":
      return [{ result_set: { $in: [...selection.pushes] } }];
    case "change": {
      const { project, from, to } = selection;
      return [
        {
          project,
          last_modified: {
            ...(from === null ? {} : { $gte: from }),
            ...(to === null ? {} : { $lte: to }),
          },
        },
      ];
    }
  }
}
