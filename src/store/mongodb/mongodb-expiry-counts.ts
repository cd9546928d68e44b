import { projectKey } from "../../domain/ids.ts";
import type { ExpiryCounts, ExpiryQuery, OutdatedKind } from "../ports/retention-store.ts";
import { below, type Collections } from "./mongodb-collections.ts";

/** How many jobs or pushes are checked at the same time. */
const AT_ONCE = 20;

/** Counts the documents that would be removed. It reads all of them, a few at a time. */
export function createExpiryCounts(all: Collections) {
  async function countExpired(query: ExpiryQuery): Promise<ExpiryCounts> {
    const { project, finishedBefore } = query;
    const counts = { jobs: 0, artifacts: 0, logs: 0, pushes: 0 };
    for (const conditions of expiredConditions(query)) {
      const found = all.jobs.find({ project, ...conditions }, { projection: { _id: 1 } });
      for await (const ids of inGroups(found)) {
        const parts = await Promise.all(ids.map(partsOf));
        counts.jobs += ids.length;
        for (const { artifacts, logs } of parts) {
          counts.artifacts += artifacts;
          counts.logs += logs;
        }
      }
    }
    const old = all.resultsets.find(
      { _id: below(projectKey(project)), last_modified: { $lt: finishedBefore } },
      { projection: { _id: 1 } },
    );
    for await (const ids of inGroups(old)) {
      const kept = await Promise.all(ids.map((id) => keepsJobs(id, query)));
      counts.pushes += kept.filter((hasJobs) => !hasJobs).length;
    }
    return { ...counts, oldest_kept: await oldestKept(query) };
  }

  async function partsOf(job: string): Promise<{ artifacts: number; logs: number }> {
    const [artifacts, logs] = await Promise.all([
      all.artifacts.countDocuments({ _id: below(job) }),
      all.logs.countDocuments({ _id: below(job) }),
    ]);
    return { artifacts, logs };
  }

  async function keepsJobs(result_set: string, query: ExpiryQuery): Promise<boolean> {
    const found = await Promise.all(
      keptConditions(query).map((conditions) =>
        all.jobs.findOne({ result_set, ...conditions }, { projection: { _id: 1 } }),
      ),
    );
    return found.some((job) => job !== null);
  }

  async function oldestKept(query: ExpiryQuery): Promise<string | null> {
    const { project } = query;
    const options = { projection: { last_modified: 1 }, sort: { last_modified: 1 } } as const;
    for (const conditions of keptConditions(query)) {
      const oldest = await all.jobs.findOne({ project, ...conditions }, options);
      if (oldest !== null) return oldest.last_modified;
    }
    return null;
  }

  async function countOutdated(kind: OutdatedKind): Promise<number> {
    const outdated = { expires_at: { $lt: new Date() } };
    return kind === "nonces" ? all.nonces.countDocuments(outdated) : all.rejections.countDocuments(outdated);
  }

  return { countExpired, countOutdated };
}

/**
 * Returns the conditions for expired jobs, one for each range of time. Each needs its own query, because some servers read the whole
 * collection for several conditions in one query.
 */
function expiredConditions({ finishedBefore, unfinishedBefore }: ExpiryQuery) {
  return [
    { last_modified: { $lt: unfinishedBefore } },
    { last_modified: { $gte: unfinishedBefore, $lt: finishedBefore }, state: "completed" },
  ];
}

/** Returns the conditions for jobs that are kept. The first condition matches the older jobs. */
function keptConditions({ finishedBefore, unfinishedBefore }: ExpiryQuery) {
  return [
    { last_modified: { $gte: unfinishedBefore, $lt: finishedBefore }, state: { $ne: "completed" } },
    { last_modified: { $gte: finishedBefore } },
  ];
}

/** Yields the ids of documents in groups of {@link AT_ONCE}. */
async function* inGroups(documents: AsyncIterable<{ readonly _id: string }>): AsyncGenerator<string[]> {
  let ids: string[] = [];
  for await (const { _id } of documents) {
    ids.push(_id);
    if (ids.length < AT_ONCE) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}
