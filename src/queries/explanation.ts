import type { OnlyCounted, RejectionHead } from "../domain/rejection.ts";
import type { ExplainedJob } from "../store/ports/job-reads.ts";
import type { Store } from "../store/ports/store.ts";
import { shownLog } from "./shown-log.ts";

/** A rejection without its payload. `rejections show` prints the payload. */
export type ExplainedRejection = RejectionHead extends infer R
  ? R extends unknown
    ? Omit<R, "payload">
    : never
  : never;

/** Everything that is known about a guid or task id, as `explain --json` prints it. */
export interface Explanation {
  /** The guid or task id as the user gave it. */
  readonly guid: string;
  readonly project: string | null;
  /** The name of the store that was asked. */
  readonly store: string;
  readonly jobs: readonly ExplainedJob[];
  /** Newest first. */
  readonly rejections: readonly ExplainedRejection[];
  /**
   * Recent rejections that were only counted, because a quota was full, newest first. It is not known which messages they were,
   * so the list is filled only if nothing else is known.
   */
  readonly only_counted: readonly OnlyCounted[];
}

/** The most rejections that are listed. Repeats of one message count on one rejection. */
const LISTED_REJECTIONS = 100;

/** How far back counted rejections are listed. People seldom search for an older job. */
const RECENT_DAYS = 7;

/**
 * Asks a store what it knows about a guid or task id.
 *
 * @param listed - the most rejections to list.
 */
export async function explanationOf(
  store: Pick<Store, "name" | "findJobsByGuid" | "listRejectionHeads" | "listOnlyCounted">,
  guid: string,
  project: string | null,
  listed = LISTED_REJECTIONS,
): Promise<Explanation> {
  const [jobs, rejections] = await Promise.all([
    store.findJobsByGuid(guid, project),
    newestRejections(store, guid, project, listed),
  ]);
  const shownJobs = jobs.map((job) => ({ ...job, logs: job.logs.map(shownLog) }));
  const shownRejections = rejections.map(({ payload, ...rest }) => rest);
  const isUnknown = shownJobs.length + shownRejections.length === 0;
  return {
    ...{ guid, project, store: store.name, jobs: shownJobs, rejections: shownRejections },
    only_counted: isUnknown ? await store.listOnlyCounted({ since: daysAgo(RECENT_DAYS) }) : [],
  };
}

/** Returns the newest rejections of a task. A rejection whose project could not be read may belong to any project. */
async function newestRejections(
  store: Pick<Store, "listRejectionHeads">,
  task_id: string,
  project: string | null,
  limit: number,
): Promise<readonly RejectionHead[]> {
  const newest = await store.listRejectionHeads({ task_id, limit });
  if (project === null) return newest;
  const fitting = newest.filter((rejection) => (rejection.project ?? project) === project);
  if (newest.length < limit) return fitting;
  // Rejections of other projects may have filled the list, so older ones of this project are missing.
  const own = await store.listRejectionHeads({ task_id, project, limit });
  const found = new Map([...fitting, ...own].map((rejection) => [rejection.id, rejection]));
  return [...found.values()].toSorted(newestFirst).slice(0, limit);
}

function newestFirst(a: RejectionHead, b: RejectionHead): number {
  if (a.last_seen !== b.last_seen) return a.last_seen < b.last_seen ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}
