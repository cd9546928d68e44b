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
 * Selections that name their jobs, so that there are few of them, also in all projects together. The project is not asked of the server
 * then, because some servers would look up all jobs of the project.
 */
const NAMING: ReadonlySet<JobSelection["by"]> = new Set(["number", "guid", "task"]);

/**
 * Reads the lists of the read API. A job's handle is its id. Only the order of ids is asked of the server, because not every
 * server can read another order from an index; all other orders are made here, of few documents.
 */
export function createApiReads(all: Collections) {
  async function pageOfProject(project: string, skip: number, limit: number): Promise<JobHandle[]> {
    // The server refuses 0 here.
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
    // One query for each condition: for several in one query, some servers read the whole collection.
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
   * While a retry renames a job, the job has a `moved_number` for a moment instead of its number. If it gets its number back between the
   * first two questions, the third one finds it.
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

  /** Returns the ids of jobs in any order. In one document they come several times faster than each in a document of its own. */
  async function idsOf(filter: Filter<JobDocument>, stages: readonly Document[]): Promise<string[]> {
    const choice = [{ $match: filter }, ...stages];
    const inOne = { $group: { _id: null, ids: { $push: "$_id" } } };
    try {
      const [found] = await all.jobs.aggregate<{ ids: string[] }>([...choice, inOne]).toArray();
      return found?.ids ?? [];
    } catch (error) {
      // Very many ids are refused, because they are too long for one document.
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
    // To the server, 0 means no limit.
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
            // The first condition repeats what the others say, in a form that an index can answer.
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
    // Jumps from one project to the next in the index of ids, however many pushes each has.
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
