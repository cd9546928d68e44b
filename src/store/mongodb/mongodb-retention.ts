import { projectKey } from "../../domain/ids.ts";
import type {
  ExpiredJob,
  ExpiredJobs,
  ExpiryQuery,
  OutdatedKind,
  RemovedJobs,
  RemovedPushes,
} from "../ports/retention-store.ts";
import {
  type ExpiryLimits,
  type ExpiryWindow,
  endOf,
  firstWindow,
  hasAll,
  nextWindow,
} from "./expiry-window.ts";
import { below, type Collections, isTombstone } from "./mongodb-collections.ts";
import { inOneReply, unordered } from "./mongodb-rounds.ts";
import { createTombstones } from "./mongodb-tombstones.ts";

/** How long a push must have been marked before it is removed, in milliseconds. No batch that has read it takes this long. */
const MARKED_MS = 5 * 60_000;

/** Removes expired documents. */
export function createRetention(all: Collections) {
  const { clearJobs } = createTombstones(all);

  async function finishRemovals(): Promise<number> {
    // There are few, because only removals in progress when a worker was killed are left.
    const left = await all.tombstones.find(isTombstone, { projection: { _id: 1 } }).toArray();
    await clearJobs(left.map(({ _id }) => _id));
    return left.length;
  }

  async function findExpiredJobs(
    query: ExpiryQuery,
    after: string | null,
    limit: number,
  ): Promise<ExpiredJobs> {
    const limits = limitsOf(query);
    const window = after === null ? firstWindow(limits) : (JSON.parse(after) as ExpiryWindow);
    const found = await all.jobs
      .find(
        {
          project: query.project,
          last_modified: { $gte: iso(window.fromMs), $lt: iso(endOf(window, limits)) },
          moving_to: { $exists: false },
          ...(hasAll(window, limits) ? {} : { state: "completed" }),
        },
        { projection: { version: 1, last_modified: 1 }, ...inOneReply },
      )
      .limit(limit)
      .toArray();
    const next = nextWindow(window, limits, found.length >= limit);
    return {
      jobs: found.map(({ _id: id, version, last_modified }) => ({ id, version, last_modified })),
      next: next === null ? null : JSON.stringify(next),
    };
  }

  async function removeJobs(jobs: readonly ExpiredJob[]): Promise<RemovedJobs> {
    if (jobs.length === 0) return { handled: 0, jobs: 0, ...(await clearJobs([])) };
    const removed_at = iso(Date.now());
    // In one step, this hides the job from all readers, and prevents writers from storing it again before its parts are removed.
    const writes = jobs.map(({ id: _id, version }) => ({
      replaceOne: { filter: { _id, version }, replacement: { version: version + 1, removed_at } },
    }));
    const { modifiedCount } = await all.tombstones.bulkWrite(writes, unordered);
    const cleared = await clearJobs(jobs.map(({ id }) => id));
    return { handled: jobs.length, jobs: modifiedCount, ...cleared };
  }

  /**
   * Marks a push before it is removed. A worker that reads the push to add a job removes the mark. A worker that read it before it was
   * marked has added its job by the time the push is checked again. So a push that is still marked and has no jobs can be removed.
   */
  async function removePushes(
    project: string,
    before: string,
    after: string | null,
    limit: number,
  ): Promise<RemovedPushes> {
    const { $gte, $lt } = below(projectKey(project));
    const page = await all.resultsets
      .find(
        { _id: after === null ? { $gte, $lt } : { $gt: after, $lt } },
        { projection: { last_modified: 1, leaving_since: 1 }, ...inOneReply },
      )
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    const old = page.filter(({ last_modified = "~" }) => last_modified < before);
    const hasJobs = await Promise.all(
      old.map(async ({ _id: result_set }) => {
        return (await all.jobs.findOne({ result_set }, { projection: { _id: 1 } })) !== null;
      }),
    );
    const empty = old.filter((_push, at) => hasJobs[at] === false);
    const unmarked = empty.filter(({ leaving_since }) => leaving_since === undefined);
    if (unmarked.length > 0) {
      const marks = unmarked.map(({ _id, last_modified = "" }) => ({
        updateOne: {
          filter: { _id, last_modified, leaving_since: { $exists: false } },
          update: { $set: { leaving_since: iso(Date.now()) } },
        },
      }));
      await all.resultsets.bulkWrite(marks, unordered);
    }
    const due = iso(Date.now() - MARKED_MS);
    const leaving = empty.flatMap(({ _id, leaving_since }) =>
      leaving_since !== undefined && leaving_since < due ? [{ _id, leaving_since }] : [],
    );
    return {
      removed: leaving.length === 0 ? 0 : await dropPushes(leaving),
      next: page.length < limit ? null : (page.at(-1)?._id ?? null),
    };
  }

  async function dropPushes(pushes: readonly { _id: string; leaving_since: string }[]): Promise<number> {
    const writes = pushes.map((filter) => ({ deleteOne: { filter } }));
    return (await all.resultsets.bulkWrite(writes, unordered)).deletedCount;
  }

  async function removeOutdated(kind: OutdatedKind, limit: number): Promise<number> {
    const outdated = { expires_at: { $lt: new Date() } };
    const options = { projection: { _id: 1 }, ...inOneReply } as const;
    // The condition is repeated, because a rejection whose message has arrived again expires later.
    if (kind === "nonces") {
      const found = await all.nonces.find(outdated, options).limit(limit).toArray();
      const _id = { $in: found.map((nonce) => nonce._id) };
      return found.length === 0 ? 0 : (await all.nonces.deleteMany({ _id, ...outdated })).deletedCount;
    }
    const found = await all.rejections.find(outdated, options).limit(limit).toArray();
    const _id = { $in: found.map((rejection) => rejection._id) };
    return found.length === 0 ? 0 : (await all.rejections.deleteMany({ _id, ...outdated })).deletedCount;
  }

  /** Does nothing, because the server manages its own space. */
  async function reclaimSpace(): Promise<number> {
    return 0;
  }

  return { finishRemovals, findExpiredJobs, removeJobs, removePushes, removeOutdated, reclaimSpace };
}

function limitsOf({ finishedBefore, unfinishedBefore }: ExpiryQuery): ExpiryLimits {
  return { finishedMs: Date.parse(finishedBefore), unfinishedMs: Date.parse(unfinishedBefore) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
