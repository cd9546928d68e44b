import { below, type Collections, isJob, isTombstone } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";
import { inOneReply, unordered } from "./mongodb-rounds.ts";

/** How many jobs are cleared at the same time. */
const JOBS_AT_ONCE = 10;

/** Counts the documents of jobs that were removed, without the jobs themselves. */
export interface ClearedParts {
  readonly artifacts: number;
  readonly logs: number;
  readonly suggestions: number;
  readonly coalesced: number;
  readonly logUrls: readonly string[];
}

type PartCollections = Pick<Collections, "artifacts" | "logs" | "suggestions" | "coalesced" | "tombstones">;

/**
 * Removes the parts of jobs that are not stored. Before that, each job gets a tombstone: a document with the job's id that readers do
 * not see. While the tombstone exists, nobody can store the job again. A writer that finds a tombstone clears the job first, so all
 * steps may be repeated after a crash, or by two workers at the same time. A slow worker never removes parts that are stored later,
 * because a part is removed only if it is still the one that was found.
 */
export function createTombstones(all: PartCollections) {
  /** Removes the parts of jobs that have tombstones, and then the tombstones. */
  async function clearJobs(ids: readonly string[]): Promise<ClearedParts> {
    const sum = { artifacts: 0, logs: 0, suggestions: 0, coalesced: 0 };
    const logUrls: string[] = [];
    for (let at = 0; at < ids.length; at += JOBS_AT_ONCE) {
      const cleared = await clearSome(ids.slice(at, at + JOBS_AT_ONCE));
      sum.artifacts += cleared.artifacts;
      sum.logs += cleared.logs;
      sum.suggestions += cleared.suggestions;
      sum.coalesced += cleared.coalesced;
      for (const url of cleared.logUrls) logUrls.push(url);
    }
    return { ...sum, logUrls };
  }

  async function clearSome(ids: readonly string[]): Promise<ClearedParts> {
    // One query per job, because some servers read the whole collection for several ranges in one query.
    const listed = new Map(await Promise.all(ids.map(async (id) => [id, await partsOf(id)] as const)));
    // Read after the parts: if the tombstone of a job still exists, the job had not been stored again when its parts were listed.
    const stones = await all.tombstones
      .find({ _id: { $in: [...ids] }, ...isTombstone }, inOneReply)
      .toArray();
    const jobs = stones.map(({ _id }) => _id);
    const parts = jobs.flatMap((job) => listed.get(job) ?? []);
    const artifacts = parts.flatMap((part) => part.artifacts);
    const logs = parts.flatMap((part) => part.logs);
    const suggestions = parts.flatMap((part) => part.suggestions);
    const [artifactCount, logCount, suggestionsCount, coalescedCount] = await Promise.all([
      artifacts.length === 0 ? 0 : countOf(all.artifacts.deleteMany(asFound(artifacts))),
      logs.length === 0 ? 0 : countOf(all.logs.deleteMany(asFound(logs))),
      suggestions.length === 0
        ? 0
        : countOf(
            all.suggestions.bulkWrite(
              suggestions.map((filter) => ({ deleteOne: { filter } })),
              unordered,
            ),
          ),
      jobs.length === 0 ? 0 : countOf(all.coalesced.deleteMany({ _id: { $in: jobs } })),
    ]);
    if (stones.length > 0) {
      const removed_at = { $in: stones.map((stone) => stone.removed_at) };
      await all.tombstones.deleteMany({ _id: { $in: jobs }, removed_at });
    }
    return {
      ...{
        artifacts: artifactCount,
        logs: logCount,
        suggestions: suggestionsCount,
        coalesced: coalescedCount,
      },
      logUrls: logs.map(({ url }) => url),
    };
  }

  /** Finds the parts of a job, each with a field whose value would differ if the part were stored again. */
  async function partsOf(job: string) {
    const _id = below(job);
    const [artifacts, logs, suggestions] = await Promise.all([
      all.artifacts.find({ _id }, { projection: { order: 1 }, ...inOneReply }).toArray(),
      all.logs.find({ _id }, { projection: { order: 1, url: 1 }, ...inOneReply }).toArray(),
      all.suggestions.find({ _id }, { projection: { next_attempt_at: 1 }, ...inOneReply }).toArray(),
    ]);
    return { artifacts, logs, suggestions };
  }

  /**
   * Removes the parts of jobs that were removed or renamed while parts were being added to them. A job that has been stored again in
   * the meantime is kept, with its parts.
   */
  async function clearGone(ids: readonly string[]): Promise<void> {
    const removed_at = new Date().toISOString();
    const stones = ids.map((_id) => ({ _id, version: 0, removed_at }));
    await ignoreDuplicates(all.tombstones.insertMany(stones, unordered));
    await clearJobs(ids);
  }

  /** Returns the ids of those jobs that are not stored. */
  async function goneOf(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const filter = { _id: { $in: [...ids] }, ...isJob };
    const found = await all.tombstones.find(filter, { projection: { _id: 1 }, ...inOneReply }).toArray();
    const stored = new Set(found.map(({ _id }) => _id));
    return ids.filter((id) => !stored.has(id));
  }

  return { clearJobs, clearGone, goneOf };
}

/** Returns a filter for these documents that does not match later documents with the same ids. */
function asFound(documents: readonly { readonly _id: string; readonly order: number }[]) {
  return {
    _id: { $in: documents.map(({ _id }) => _id) },
    order: { $in: documents.map(({ order }) => order) },
  };
}

async function countOf(removal: Promise<{ readonly deletedCount: number }>): Promise<number> {
  return (await removal).deletedCount;
}
