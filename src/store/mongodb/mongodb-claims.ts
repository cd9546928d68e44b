import { randomUUID } from "node:crypto";
import type { WorkClaim, WorkItem } from "../ports/work-store.ts";
import {
  type Collections,
  type LogDocument,
  type SuggestionsDocument,
  unpackBlob,
  waiting,
} from "./mongodb-collections.ts";

const inTurn = { project: 1, next_attempt_at: 1 } as const;

/** Distributes logs to read and suggestions to make. Each document has the time when it is due, and may be leased. */
export function createClaims(all: Collections) {
  async function exchangesWithWork(kind: WorkItem["kind"]): Promise<string[]> {
    const stages = [{ $match: waiting }, { $group: { _id: "$exchange" } }];
    const found = await (kind === "log"
      ? all.logs.aggregate<{ _id: string | null }>(stages)
      : all.suggestions.aggregate<{ _id: string | null }>(stages)
    ).toArray();
    return [...new Set(found.map(({ _id }) => _id ?? ""))];
  }

  async function claimWork(claim: WorkClaim): Promise<WorkItem[]> {
    const next = await claimSide(claim, { $gt: claim.afterProject });
    // No project has an empty name.
    if (next.length > 0 || claim.afterProject === "") return next;
    return claimSide(claim, { $lte: claim.afterProject });
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

  return { exchangesWithWork, claimWork };
}

/** Returns a filter for work that is due and not leased. `$gt: ""` allows the use of the partial index of waiting work. */
function due(nowMs: number) {
  const now = new Date(nowMs).toISOString();
  return {
    next_attempt_at: { $gt: "", $lte: now },
    $or: [{ lease_until: null }, { lease_until: { $lt: now } }],
  };
}

/** Returns a filter for the work of an exchange. Work that an earlier version stored without an exchange belongs to `""`. */
function ofExchange(exchange: string) {
  return { exchange: exchange === "" ? { $in: [null, ""] } : exchange };
}

function claimed(document: LogDocument | SuggestionsDocument, lease: string) {
  const { _id: id, project, job_guid, exchange, attempts, failure } = document;
  return { id, project, job_guid, exchange: exchange ?? "", attempts: attempts - 1, failure, lease };
}

/**
 * Returns an update that only matches while the item has the lease that was read, so only one of several workers gets it. It also does
 * not match if another worker has claimed the item in the meantime and then finished or postponed it, which clears the lease again.
 */
function claimOf(
  { _id, lease: before, next_attempt_at }: Pick<LogDocument, "_id" | "lease" | "next_attempt_at">,
  lease: string,
  untilMs: number,
) {
  return {
    filter: { _id, lease: before, next_attempt_at },
    update: { $set: { lease, lease_until: new Date(untilMs).toISOString() }, $inc: { attempts: 1 } },
  };
}
