import { randomUUID } from "node:crypto";
import type { FindCursor } from "mongodb";
import { isParsedHere } from "../../artifacts/plan.ts";
import { artifactId, jobId } from "../../domain/ids.ts";
import { taskIdForms } from "../../domain/task-id-forms.ts";
import { makerOf } from "../explained-artifacts.ts";
import type {
  FinishedWork,
  LogQuery,
  StoredLog,
  WorkClaim,
  WorkCounts,
  WorkFailure,
  WorkItem,
} from "../store.ts";
import {
  type Collections,
  failedOnce,
  type LogDocument,
  packBlob,
  type SuggestionsDocument,
  unpackBlob,
  waiting,
} from "./collections.ts";
import { ignoreDuplicates } from "./faults.ts";

const LOGS_AT_ONCE = 5000;
const inTurn = { project: 1, next_attempt_at: 1 } as const;
const released = { lease: null, lease_until: null } as const;

/** Logs to read and suggestions to make, as documents that are due at a time and held under a lease. */
export function createWork(all: Collections) {
  async function exchangesWithWork(kind: WorkItem["kind"]): Promise<string[]> {
    const found = await (kind === "log"
      ? all.logs.distinct("exchange", waiting)
      : all.suggestions.distinct("exchange", waiting));
    const known = found.filter((exchange) => typeof exchange === "string");
    const [unknown] = await (kind === "log"
      ? all.logs.find({ ...ofExchange(""), ...waiting }, { projection: { _id: 1 }, limit: 1 })
      : all.suggestions.find({ ...ofExchange(""), ...waiting }, { projection: { _id: 1 }, limit: 1 })
    ).toArray();
    return [...new Set(unknown === undefined ? known : ["", ...known])];
  }

  async function claimWork(claim: WorkClaim): Promise<WorkItem[]> {
    const next = await claimSide(claim, { $gt: claim.afterProject });
    return next.length > 0 ? next : claimSide(claim, { $lte: claim.afterProject });
  }

  async function claimSide(
    claim: WorkClaim,
    project: { $gt: string } | { $lte: string },
  ): Promise<WorkItem[]> {
    return claim.kind === "log" ? claimLogs(claim, project) : claimSuggestions(claim, project);
  }

  async function claimLogs(
    { exchange, limit, leaseMs, exceptHosts }: WorkClaim,
    project: { $gt: string } | { $lte: string },
  ): Promise<WorkItem[]> {
    const now = Date.now();
    const filter = { ...ofExchange(exchange), project, ...due(now), host: { $nin: [...exceptHosts] } };
    const found = await all.logs.find(filter).sort(inTurn).limit(limit).toArray();
    if (found.length === 0) return [];
    const lease = randomUUID();
    const claims = found.map((log) => ({ updateOne: claimOf(log, lease, now + leaseMs) }));
    await all.logs.bulkWrite(claims, { ordered: false });
    const ours = await all.logs.find({ _id: { $in: found.map(({ _id }) => _id) }, lease }).toArray();
    return ours.map((log) => ({ kind: "log", ...claimed(log, lease), name: log.name, url: log.url }));
  }

  async function claimSuggestions(
    { exchange, limit, leaseMs }: WorkClaim,
    project: { $gt: string } | { $lte: string },
  ): Promise<WorkItem[]> {
    const now = Date.now();
    const filter = { ...ofExchange(exchange), project, ...due(now) };
    const found = await all.suggestions.find(filter).sort(inTurn).limit(limit).toArray();
    if (found.length === 0) return [];
    const lease = randomUUID();
    const claims = found.map((work) => ({ updateOne: claimOf(work, lease, now + leaseMs) }));
    await all.suggestions.bulkWrite(claims, { ordered: false });
    const ours = await all.suggestions.find({ _id: { $in: found.map(({ _id }) => _id) }, lease }).toArray();
    return ours.map((work) => ({
      kind: "suggestions",
      ...claimed(work, lease),
      blob: unpackBlob(work.blob),
    }));
  }

  /**
   * In a constant number of round trips. A lease that runs out between its check and the end counts as kept: whoever
   * has the item then makes the same artifacts.
   */
  async function finishWork(finished: readonly FinishedWork[]): Promise<boolean[]> {
    const leases = await readLeases(finished.map(({ item }) => item));
    const isHeld = ({ item }: FinishedWork): boolean => leases.get(item.id) === item.lease;
    const held = finished.filter(isHeld);
    const order = Date.now() * 1000;
    const documents = held
      .flatMap(toDocuments)
      .map((document, index) => ({ ...document, order: order + index }));
    if (documents.length > 0) await ignoreDuplicates(all.artifacts.insertMany(documents, { ordered: false }));
    const { logs, suggestions } = byKind(held.map(({ item }) => item));
    const parsed = { parse_status: "parsed", failure: null, next_attempt_at: null, ...released } as const;
    const $set = { ...parsed, last_modified: new Date().toISOString() };
    await Promise.all([
      logs.length > 0 && all.logs.updateMany(leasedAs(logs), { $set }),
      suggestions.length > 0 && all.suggestions.deleteMany(leasedAs(suggestions)),
    ]);
    return finished.map(isHeld);
  }

  /** The leases in force, by item. */
  async function readLeases(items: readonly WorkItem[]): Promise<ReadonlyMap<string, string | null>> {
    const { logs, suggestions } = byKind(items);
    const options = { projection: { lease: 1 } } as const;
    const found = await Promise.all([
      logs.length === 0 ? [] : all.logs.find(leasedAs(logs), options).toArray(),
      suggestions.length === 0 ? [] : all.suggestions.find(leasedAs(suggestions), options).toArray(),
    ]);
    return new Map(found.flat().map(({ _id, lease }) => [_id, lease]));
  }

  async function failWork(item: WorkItem, failure: WorkFailure): Promise<boolean> {
    const filter = { _id: item.id, lease: item.lease };
    const { reason, marksFailed } = failure;
    if (item.kind === "suggestions") {
      // Final: it stays, with the reason, and is never due again.
      const { next_attempt_at } = failure;
      const $set = { failure: reason, next_attempt_at, ...released };
      return (await all.suggestions.updateOne(filter, { $set })).matchedCount === 1;
    }
    const $set = {
      ...{ failure: reason, next_attempt_at: failure.next_attempt_at, ...released },
      last_modified: new Date().toISOString(),
      ...(marksFailed ? { parse_status: "failed" as const } : {}),
    };
    return (await all.logs.updateOne(filter, { $set })).matchedCount === 1;
  }

  async function releaseWork(items: readonly WorkItem[], dueAt?: string): Promise<void> {
    const $set = { ...released, ...(dueAt === undefined ? {} : { next_attempt_at: dueAt }) };
    const update = { $set, $inc: { attempts: -1 } };
    const giveBack = ({ id, lease }: WorkItem) => ({ updateOne: { filter: { _id: id, lease }, update } });
    const { logs, suggestions } = byKind(items);
    if (logs.length > 0) await all.logs.bulkWrite(logs.map(giveBack));
    if (suggestions.length > 0) await all.suggestions.bulkWrite(suggestions.map(giveBack));
  }

  async function countWork(): Promise<WorkCounts> {
    const [pendingLogs, failedLogs, pendingSuggestions, failedSuggestions] = await Promise.all([
      all.logs.countDocuments(waiting),
      all.logs.countDocuments({ ...failedOnce, next_attempt_at: null }),
      all.suggestions.countDocuments(waiting),
      all.suggestions.countDocuments({ next_attempt_at: null }),
    ]);
    return {
      logs: { pending: pendingLogs, failed: failedLogs },
      suggestions: { pending: pendingSuggestions, failed: failedSuggestions },
    };
  }

  async function listLogs(query: LogQuery): Promise<StoredLog[]> {
    return (await newestFirst(query).toArray()).map(toStoredLog);
  }

  function newestFirst({ job_guid, since, limit, ...exact }: LogQuery): FindCursor<LogDocument> {
    const filter = {
      ...(job_guid === undefined ? {} : { job_guid: { $in: [...taskIdForms(job_guid)] } }),
      ...Object.fromEntries(Object.entries(exact).filter(([, value]) => value !== undefined)),
      ...(since === undefined ? {} : { last_modified: { $gte: since } }),
    };
    return all.logs.find(filter).sort({ last_modified: -1, _id: 1 }).limit(limit);
  }

  async function reparseLogs(query: LogQuery): Promise<number> {
    const ids: string[] = [];
    for await (const { _id, name } of newestFirst(query)) if (isParsedHere(name)) ids.push(_id);
    const now = new Date().toISOString();
    const fresh = { parse_status: "pending", attempts: 0, failure: null, ...released } as const;
    const update = { $set: { ...fresh, next_attempt_at: now, last_modified: now } };
    // A command holds no more than 16 MiB, and all logs may be wanted.
    for (let at = 0; at < ids.length; at += LOGS_AT_ONCE) {
      await all.logs.updateMany({ _id: { $in: ids.slice(at, at + LOGS_AT_ONCE) } }, update);
    }
    return ids.length;
  }

  return {
    exchangesWithWork,
    claimWork,
    finishWork,
    failWork,
    releaseWork,
    countWork,
    listLogs,
    reparseLogs,
  };
}

function byKind(items: readonly WorkItem[]): { logs: WorkItem[]; suggestions: WorkItem[] } {
  return {
    logs: items.filter(({ kind }) => kind === "log"),
    suggestions: items.filter(({ kind }) => kind === "suggestions"),
  };
}

function leasedAs(items: readonly WorkItem[]) {
  return { _id: { $in: items.map(({ id }) => id) }, lease: { $in: items.map(({ lease }) => lease) } };
}

function toDocuments({ item, artifacts }: FinishedWork) {
  const { project, job_guid } = item;
  return artifacts.map((artifact) => ({
    _id: artifactId(project, job_guid, artifact),
    job: jobId(project, job_guid),
    name: artifact.name,
    type: artifact.type,
    blob: packBlob(artifact.blob),
    made_by: makerOf(item),
  }));
}

/** What is waiting, and no longer has to; said so that the index of those that are is used. */
function due(nowMs: number) {
  const now = new Date(nowMs).toISOString();
  return {
    next_attempt_at: { $gt: "", $lte: now },
    $or: [{ lease_until: null }, { lease_until: { $lt: now } }],
  };
}

/** Work that was stored by a version that did not note the exchange counts as that of `""`. */
function ofExchange(exchange: string) {
  return { exchange: exchange === "" ? { $in: [null, ""] } : exchange };
}

function claimed(document: LogDocument | SuggestionsDocument, lease: string) {
  const { _id: id, project, job_guid, exchange, attempts, failure } = document;
  return { id, project, job_guid, exchange: exchange ?? "", attempts: attempts - 1, failure, lease };
}

/** Only one of those that found it under the same lease, or none, gets it. */
function claimOf(
  { _id, lease: before }: { _id: string; lease: string | null },
  lease: string,
  untilMs: number,
) {
  return {
    filter: { _id, lease: before },
    update: { $set: { lease, lease_until: new Date(untilMs).toISOString() }, $inc: { attempts: 1 } },
  };
}

export function toStoredLog(log: LogDocument): StoredLog {
  const { _id, project, job_guid, name, url, parse_status, attempts, next_attempt_at, failure } = log;
  const { last_modified } = log;
  return {
    id: _id,
    ...{ project, job_guid, name, url, parse_status, attempts, next_attempt_at, failure, last_modified },
  };
}
