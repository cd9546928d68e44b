import { type FaultReason, Unavailable } from "../../domain/faults.ts";
import type { WorkerStatus } from "../../http/observe/worker-status.ts";
import type { RejectionCount } from "../../store/ports/rejection-reads.ts";
import type { Store } from "../../store/ports/store.ts";
import { withDeadline } from "../../timing/deadline.ts";
import type { RoadView } from "../../web/publish/road-view.ts";
import type { RoadQuestion } from "../../web/road-question.ts";
import { checkRoad, soughtBy } from "./road-check.ts";
import type { KnownOfTask, ProjectFacts, RoadFacts } from "./road-facts.ts";

export interface RoadSources {
  readonly store: Pick<
    Store,
    | "findJobsByGuid"
    | "listRejectionHeads"
    | "listOnlyCounted"
    | "countRejections"
    | "hasProject"
    | "listCredentials"
  >;
  /** The statuses of the workers that answered. */
  readonly workers: readonly WorkerStatus[];
  readonly acceptsProject: RoadFacts["acceptsProject"];
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/** How far back rejections are counted. People seldom search for an older job. */
const RECENT_DAYS = 7;
const LISTED_REJECTIONS = 100;
/** How long the page waits for the store before it reports that the store does not answer, in milliseconds. */
const STORE_MS = 5000;
/** How long the count of rejections may take, in milliseconds. Counting many is slow, and the other steps must not wait. */
const COUNT_MS = 2000;

/** The reasons for which a message is rejected before its task id has been read. */
const unreadableReasons: ReadonlySet<FaultReason> = new Set([
  "malformed-body",
  "oversize-body",
  "unsupported-encoding",
  "too-many-jobs",
  "too-many-objects",
  "unreadable-delivery",
  "killed-worker",
]);

/** Reads the facts from the store, and checks the road. A store that does not answer is reported in the result. */
export async function askRoad(question: RoadQuestion, sources: RoadSources): Promise<RoadView> {
  const { workers, acceptsProject, nowMs } = sources;
  const beside = { question, workers, acceptsProject, nowMs };
  const away = { ...beside, known: null, isStoreAway: true, unreadable: null, project: null };
  const asked = askStore(question, sources).catch((error: unknown) => {
    if (error instanceof Unavailable) return null;
    throw error;
  });
  const answer = await withDeadline(asked, STORE_MS, () => null);
  return checkRoad(answer === null ? away : { ...beside, ...answer, isStoreAway: false });
}

async function askStore(
  question: RoadQuestion,
  { store, nowMs }: RoadSources,
): Promise<Pick<RoadFacts, "known" | "unreadable" | "project">> {
  const since = new Date(nowMs - RECENT_DAYS * 86_400_000).toISOString();
  const known = question.task === null ? null : await askTask(question.task, since, store);
  const { exchange, project } = soughtBy({ question, known });
  const [unreadable, ofProject] = await Promise.all([
    exchange === null ? [] : countUnreadable(exchange, since, store),
    project === null ? null : askProject(project, store),
  ]);
  return { known, unreadable, project: ofProject };
}

async function askTask(task: string, since: string, store: RoadSources["store"]): Promise<KnownOfTask> {
  const [jobs, rejections] = await Promise.all([
    store.findJobsByGuid(task),
    store.listRejectionHeads({ task_id: task, limit: LISTED_REJECTIONS }),
  ]);
  const isUnknown = jobs.length + rejections.length === 0;
  return { jobs, rejections, only_counted: isUnknown ? await store.listOnlyCounted({ since }) : [] };
}

async function countUnreadable(
  exchange: string,
  since: string,
  store: RoadSources["store"],
): Promise<readonly RejectionCount[] | null> {
  const counts = await withDeadline<readonly RejectionCount[] | null>(
    store.countRejections({ exchange, since }),
    COUNT_MS,
    () => null,
  );
  return counts?.filter(({ reason }) => unreadableReasons.has(reason)) ?? null;
}

async function askProject(name: string, store: RoadSources["store"]): Promise<ProjectFacts> {
  const [exists, credentials] = await Promise.all([store.hasProject(name), store.listCredentials()]);
  const posts = credentials.flatMap(({ last_used_at, last_used_from }) =>
    last_used_at !== null && last_used_from?.startsWith(`/api/project/${name}/`) === true
      ? [last_used_at]
      : [],
  );
  return { name, exists, lastPostAt: posts.toSorted().at(-1) ?? null };
}
