import type { StoredRejection } from "../domain/rejection.ts";
import type { ExplainedJob } from "../store/ports/job-reads.ts";
import type { Store } from "../store/ports/store.ts";
import { shownLog } from "./shown-log.ts";

/** A rejection without its payload, which `rejections show` prints. */
export type ExplainedRejection = StoredRejection extends infer R
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
}

/** Only the newest rejections are listed. Repeats of one message count on one rejection. */
const LISTED_REJECTIONS = 100;

/** Asks a store what it knows about a guid or task id. */
export async function explanationOf(
  store: Pick<Store, "name" | "findJobsByGuid" | "listRejections">,
  guid: string,
  project: string | null,
): Promise<Explanation> {
  const [jobs, rejections] = await Promise.all([
    store.findJobsByGuid(guid),
    store.listRejections({ task_id: guid, limit: LISTED_REJECTIONS }),
  ]);
  return {
    ...{ guid, project, store: store.name },
    jobs: jobs
      .filter(({ job }) => project === null || job.project === project)
      .map((job) => ({ ...job, logs: job.logs.map(shownLog) })),
    rejections: rejections
      // A rejection whose project could not be read may belong to any project.
      .filter((rejection) => project === null || (rejection.project ?? project) === project)
      .map(({ payload, ...rest }) => rest),
  };
}
