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

/** How long a push must have been marked before it is removed, in milliseconds: longer than a batch takes that has just read it. */
const MARKED_MS = 5 * 60_000;

/** Removes what is older than it should be. */
export function createRetention(all: Collections) {
  const { clearJobs } = createTombstones(all);

  async function finishRemovals(): Promise<number> {
    // Only what was in progress at the moment of a kill is left.
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
    // In one step the job is gone for every reader, and nobody can store it again before its parts are gone too.
    const writes = jobs.map(({ id: _id, version }) => ({
      replaceOne: { filter: { _id, version }, replacement: { version: version + 1, removed_at } },
    }));
    const { modifiedCount } = await all.tombstones.bulkWrite(writes, unordered);
    const cleared = await clearJobs(jobs.map(({ id }) => id));
    return { handled: jobs.length, jobs: modifiedCount, ...cleared };
  }

  /**
   * A push is marked first. Whoever reads it to add a job to it takes the mark away. Whoever has read it before the mark has added the
   * job by the time when the marked push is looked at again. So a push without jobs that still has its mark then can go.
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
    // The condition is repeated, because a rejection that comes again stays longer.
    if (kind === "nonces") {
      const found = await all.nonces.find(outdated, options).limit(limit).toArray();
      const _id = { $in: found.map((nonce) => nonce._id) };
      return found.length === 0 ? 0 : (await all.nonces.deleteMany({ _id, ...outdated })).deletedCount;
    }
    const found = await all.rejections.find(outdated, options).limit(limit).toArray();
    const _id = { $in: found.map((rejection) => rejection._id) };
    return found.length === 0 ? 0 : (await all.rejections.deleteMany({ _id, ...outdated })).deletedCount;
  }

  /** The server gives space back, or uses it again, by itself. */
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
