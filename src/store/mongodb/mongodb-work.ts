import { artifactId, jobId } from "../../domain/ids.ts";
import type { FinishedWork, WorkCounts, WorkFailure, WorkItem } from "../ports/work-store.ts";
import { makerOf } from "../rules/explained-artifacts.ts";
import { type Collections, failedOnce, packBlob, waiting } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";
import { createTombstones } from "./mongodb-tombstones.ts";

export const released = { lease: null, lease_until: null } as const;

/** Ends, releases and counts work that was claimed (see `mongodb-claims.ts`). */
export function createWork(all: Collections) {
  const { goneOf, clearGone } = createTombstones(all);

  /**
   * Ends items in a constant number of round trips. If a lease expires after it was checked, the item still counts as finished,
   * because the next worker makes the same artifacts.
   */
  async function finishItems(finished: readonly FinishedWork[]): Promise<boolean[]> {
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
    const [gone] = await Promise.all([
      goneOf([...new Set(held.map(({ item }) => jobId(item.project, item.job_guid)))]),
      logs.length > 0 && all.logs.updateMany(leasedAs(logs), { $set }),
      suggestions.length > 0 && all.suggestions.deleteMany(leasedAs(suggestions)),
    ]);
    // These jobs were removed after the leases were read. The artifacts that have just been added must be removed, too.
    if (gone.length > 0) await clearGone(gone);
    return finished.map((each) => {
      return isHeld(each) && !gone.includes(jobId(each.item.project, each.item.job_guid));
    });
  }

  /** Returns the current leases, by the id of the item. */
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
      // If the failure is final, the item is kept with the reason, but is never due again.
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

  return {
    finishItems,
    failWork,
    releaseWork,
    countWork,
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
