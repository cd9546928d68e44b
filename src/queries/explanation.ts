import type { OnlyCounted, RejectionHead } from "../domain/rejection.ts";
import type { ExplainedJob } from "../store/ports/job-reads.ts";
import type { Store } from "../store/ports/store.ts";
import { shownLog } from "./shown-log.ts";

/** A rejection without its payload, which `rejections show` prints. */
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
  /** Name of the store that was asked. */
  readonly store: string;
  readonly jobs: readonly ExplainedJob[];
  /** Newest first. */
  readonly rejections: readonly ExplainedRejection[];
  /**
   * Rejections of recent days that were only counted, because a quota was full. Nobody can tell which messages they were, so
   * this is filled only if nothing else is known. Newest first.
   */
  readonly only_counted: readonly OnlyCounted[];
}

/** Only the newest rejections are listed. Repeats of one message count on one rejection. */
const LISTED_REJECTIONS = 100;

/** A job that is searched for is seldom older. */
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
    store.listRejectionHeads({ task_id: guid, limit: listed }),
  ]);
  const shownJobs = jobs.map((job) => ({ ...job, logs: job.logs.map(shownLog) }));
  const shownRejections = rejections
    // A rejection whose project could not be read may belong to any project.
    .filter((rejection) => project === null || (rejection.project ?? project) === project)
    .map(({ payload, ...rest }) => rest);
  const isUnknown = shownJobs.length + shownRejections.length === 0;
  return {
    ...{ guid, project, store: store.name, jobs: shownJobs, rejections: shownRejections },
    only_counted: isUnknown ? await store.listOnlyCounted({ since: daysAgo(RECENT_DAYS) }) : [],
  };
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}
