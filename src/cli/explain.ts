import type { Store } from "../store/store.ts";
import { type Explanation, renderExplanation } from "./explanation.ts";
import { print, printJson } from "./print.ts";
import { exitCodes } from "./program.ts";
import { shownLog } from "./shown-log.ts";
import { withStoreThere } from "./with-store.ts";

export interface ExplainOptions {
  /** Null: of all projects. */
  readonly project: string | null;
  readonly json: boolean;
}

/** The newest; one that is refused again and again is counted, not listed again. */
const LISTED_REJECTIONS = 100;

/** `explain`: all that is known of a job, or of every run of a task. Exit code 1 if nothing is. */
export async function explain(
  env: NodeJS.ProcessEnv,
  guid: string,
  { project, json }: ExplainOptions,
): Promise<number> {
  const explanation = await withStoreThere(env, (store) => explanationOf(store, guid, project));
  await (json ? printJson(explanation) : print(renderExplanation(explanation)));
  const isKnown = explanation.jobs.length + explanation.rejections.length > 0;
  return isKnown ? exitCodes.ok : exitCodes.failed;
}

/** What the store knows of a guid or task id. */
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
      // One whose project could not be read may be of any.
      .filter((rejection) => project === null || (rejection.project ?? project) === project)
      .map(({ payload, ...rest }) => rest),
  };
}
