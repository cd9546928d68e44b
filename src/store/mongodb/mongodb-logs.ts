import type { Filter, FindCursor } from "mongodb";
import { LOGS_PARSED_HERE } from "../../domain/log-plan.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import type { LogQuery, StoredLog } from "../ports/log-store.ts";
import type { Collections, LogDocument } from "./mongodb-collections.ts";
import { released } from "./mongodb-work.ts";

const LOGS_AT_ONCE = 5000;

/** Lists the logs of jobs, and makes logs due again. */
export function createLogs(all: Pick<Collections, "logs">) {
  async function listLogs(query: LogQuery): Promise<StoredLog[]> {
    return (await newestFirst(query, {}).toArray()).map(toStoredLog);
  }

  function newestFirst(
    { job_guid, since, limit, ...exact }: LogQuery,
    named: Filter<LogDocument>,
  ): FindCursor<LogDocument> {
    const filter = {
      ...named,
      ...(job_guid === undefined ? {} : { job_guid: { $in: [...taskIdForms(job_guid)] } }),
      ...Object.fromEntries(Object.entries(exact).filter(([, value]) => value !== undefined)),
      ...(since === undefined ? {} : { last_modified: { $gte: since } }),
    };
    return all.logs.find(filter).sort({ last_modified: -1, _id: 1 }).limit(limit);
  }

  async function reparseLogs(query: LogQuery): Promise<number> {
    const ids: string[] = [];
    const named = { name: { $in: [...LOGS_PARSED_HERE] } };
    for await (const { _id } of newestFirst(query, named)) ids.push(_id);
    const now = new Date().toISOString();
    const fresh = { parse_status: "pending", attempts: 0, failure: null, ...released } as const;
    const update = { $set: { ...fresh, next_attempt_at: now, last_modified: now } };
    // A command is limited to 16 MiB, and the query may match all logs.
    for (let at = 0; at < ids.length; at += LOGS_AT_ONCE) {
      await all.logs.updateMany({ _id: { $in: ids.slice(at, at + LOGS_AT_ONCE) } }, update);
    }
    return ids.length;
  }

  return { listLogs, reparseLogs };
}

export function toStoredLog(log: LogDocument): StoredLog {
  const { _id, project, job_guid, name, url, parse_status, attempts, next_attempt_at, failure } = log;
  const { last_modified } = log;
  return {
    id: _id,
    ...{ project, job_guid, name, url, parse_status, attempts, next_attempt_at, failure, last_modified },
  };
}
