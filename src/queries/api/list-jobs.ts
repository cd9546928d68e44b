import { setImmediate as nextTurn } from "node:timers/promises";
import { resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type {
  ApiReads,
  ChangeRange,
  JobHandle,
  JobSelection,
  ListedJob,
  ReadJob,
} from "../../store/ports/api-reads.ts";
import { type Condition, fits, isoTime, type Value } from "./conditions.ts";
import { taskSlug, toTodaysJobRow } from "./job-row.ts";
import { createNameNumbers } from "./name-numbers.ts";
import type { Page } from "./read-page.ts";
import { badQuery, type ReadRefused } from "./read-refused.ts";

export type JobLists = Pick<ApiReads, "pageOfProject" | "selectJobs" | "readListed" | "findPushes">;

/** The most jobs that an index may select for the other filters to choose from. */
const MAX_SELECTED = 50_000;
/** How many jobs are read in one turn of the event loop. */
const READ_AT_ONCE = 500;
/** How many further slices are requested before the current one has arrived. */
const READ_AHEAD = 2;

/** The plan for a list: one index selects jobs, and the remaining conditions filter them. */
interface ListPlan {
  /** Null if no condition has an index. */
  readonly selection: ChosenSelection | null;
  readonly rest: readonly Condition[];
}

type ChosenSelection =
  | Exclude<JobSelection, { by: "push" } | { by: "change" }>
  | ({ readonly by: "change" } & ChangeRange)
  /** The numbers of pushes, whose ids have to be found first. */
  | { readonly by: "push-number"; readonly numbers: readonly number[] };

/** The fields that have an index, the most selective first. Times of change are ranges, and are tried last. */
const selectors: readonly (readonly [
  field: string,
  select: (values: readonly Value[]) => ChosenSelection | null,
])[] = [
  ["id", (values) => ({ by: "number", numbers: values.map(Number) })],
  ["job_guid", (values) => ({ by: "guid", guids: values.map(String) })],
  ["task_id", ([task, ...more]) => (more.length > 0 ? null : { by: "task", task: String(task) })],
  ["result_set_id", (values) => ({ by: "push-number", numbers: values.map(Number) })],
  ["push_id", (values) => ({ by: "push-number", numbers: values.map(Number) })],
];

/** Chooses the index for a list of jobs. Pure. */
export function planJobs(conditions: readonly Condition[]): ListPlan {
  for (const [field, select] of selectors) {
    const condition = conditions.find(
      (each) => each.field === field && (each.op === "eq" || each.op === "in"),
    );
    const selection = condition === undefined ? null : select(condition.values);
    if (selection !== null) return { selection, rest: conditions.filter((each) => each !== condition) };
  }
  const changes = conditions.flatMap((condition) => {
    const range = changeRange(condition);
    return range === null ? [] : [{ condition, ...range }];
  });
  if (changes.length === 0) return { selection: null, rest: conditions };
  const from =
    changes
      .flatMap((each) => each.from ?? [])
      .toSorted()
      .at(-1) ?? null;
  const to = changes.flatMap((each) => each.to ?? []).toSorted()[0] ?? null;
  const rest = conditions.filter((condition) => changes.every((each) => each.condition !== condition));
  return { selection: { by: "change", from, to }, rest };
}

/** Returns the range that a condition on the last change allows, including both ends; null for any other condition. */
function changeRange({ field, op, values }: Condition): ChangeRange | null {
  if (field !== "last_modified") return null;
  const time = String(values[0]);
  switch (op) {
    case "eq":
      return { from: time, to: time };
    case "gte":
      return { from: time, to: null };
    case "gt":
      return { from: shifted(time, 1), to: null };
    case "lte":
      return { from: null, to: time };
    case "lt":
      return { from: null, to: shifted(time, -1) };
    default:
      return null;
  }
}

function shifted(time: string, ms: number): string {
  return isoTime(Date.parse(time) + ms);
}

/**
 * Lists jobs in the store's fixed order.
 *
 * @param project - null for all projects. In that case one of the conditions must have an index.
 * @throws ReadRefused if the conditions select too many jobs.
 */
export async function listJobs(
  store: JobLists,
  project: string | null,
  conditions: readonly Condition[],
  { offset, count }: Page,
): Promise<ListedJob[]> {
  const { selection, rest } = planJobs(conditions);
  if (selection === null && project !== null && rest.length === 0) {
    return readAll(store, await store.pageOfProject(project, offset, count));
  }
  const handles = await select(store, selection, project);
  if (handles.length > MAX_SELECTED) throw tooMany(selection);
  if (rest.length === 0) return readAll(store, handles.slice(offset, offset + count));
  const wanted = rest.map(withSlugs);
  const numberOf = createNameNumbers();
  const found: ListedJob[] = [];
  let fitting = 0;
  for await (const listed of readSlices(store, handles)) {
    for (const job of listed) {
      if (!fits({ ...toTodaysJobRow(job, numberOf) }, wanted)) continue;
      if (fitting >= offset) found.push(job);
      fitting++;
    }
    if (found.length >= count) break;
  }
  return found.slice(0, count);
}

/** Turns a condition on task ids into one on slugs, because a row contains its task id as a slug. */
function withSlugs(condition: Condition): Condition {
  const { field, values } = condition;
  return field === "task_id"
    ? { ...condition, values: values.map((value) => taskSlug(String(value))) }
    : condition;
}

/** Selects jobs: at most one more than the limit, so that the caller can tell that there are too many. */
async function select(
  store: JobLists,
  selection: ChosenSelection | null,
  project: string | null,
): Promise<JobHandle[]> {
  const most = MAX_SELECTED + 1;
  if (selection === null || selection.by === "change") {
    if (project === null) {
      throw badQuery(`add one of these filters: ${selectors.map(([field]) => field).join(", ")}, repository`);
    }
    if (selection === null) return store.pageOfProject(project, 0, most);
    return store.selectJobs({ ...selection, project }, null, most);
  }
  if (selection.by !== "push-number") return store.selectJobs(selection, project, most);
  const pushes = await store.findPushes(selection.numbers);
  const ids = pushes.filter((push) => project === null || push.project === project).map(idOf);
  return ids.length === 0 ? [] : store.selectJobs({ by: "push", pushes: ids }, null, most);
}

function idOf({ project, short_revision }: ResultSet): string {
  return resultSetId(project, short_revision);
}

const indexed = [...selectors.map(([field]) => field), "last_modified"];

function tooMany(selection: ChosenSelection | null): ReadRefused {
  const narrower =
    selection === null
      ? `add one of these filters: ${indexed.join(", ")}`
      : selection.by === "change"
        ? "add result_set_id, or a shorter range of last_modified (last_modified__gte and last_modified__lt)"
        : "ask for fewer at a time";
  return badQuery(`more than ${MAX_SELECTED} jobs would have to be read: ${narrower}`);
}

async function readAll(store: JobLists, handles: readonly JobHandle[]): Promise<ListedJob[]> {
  const jobs: ListedJob[] = [];
  for await (const slice of readSlices(store, handles)) for (const job of slice) jobs.push(job);
  return jobs;
}

/**
 * Reads jobs in slices, with a turn of the event loop between two slices. While a slice is decoded and used, the database server
 * works on the next ones.
 */
export async function* readSlices(
  store: Pick<ApiReads, "readListed">,
  handles: readonly JobHandle[],
): AsyncGenerator<ListedJob[], void> {
  const reading: Promise<ListedJob[]>[] = [];
  for (let at = 0; at < handles.length || reading.length > 0; at += READ_AT_ONCE) {
    if (at < handles.length) {
      const slice = store.readListed(handles.slice(at, at + READ_AT_ONCE));
      // If the caller stops early, nobody awaits this slice, and its error must not end the process. Otherwise `await` throws it below.
      slice.catch(() => undefined);
      reading.push(slice);
      if (reading.length <= READ_AHEAD) continue;
    }
    const slice = await reading.shift();
    await nextTurn();
    yield slice ?? [];
  }
}

/** Returns the job with this number, or null if the project has none. */
export async function findByNumber(
  store: Pick<ApiReads, "selectJobs" | "readJobs">,
  project: string,
  number: number,
): Promise<ReadJob | null> {
  const handles = await store.selectJobs({ by: "number", numbers: [number] }, project, 1);
  const [job] = await store.readJobs(handles);
  return job ?? null;
}
