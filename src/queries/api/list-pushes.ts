import { numberOf } from "../../domain/document-numbers.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import type { ApiReads, SubmittedPushQuery } from "../../store/ports/api-reads.ts";
import type { JobReads } from "../../store/ports/job-reads.ts";
import { type Condition, fits, readConditions, readSeconds } from "./conditions.ts";
import { pushFields, toPushRow } from "./push-row.ts";
import type { Page } from "./read-page.ts";
import { badQuery } from "./read-refused.ts";

export type PushLists = Pick<ApiReads, "listSubmittedPushes" | "findPushes"> &
  Pick<JobReads, "findResultSet">;

/** The most pushes that an index may select for the other filters to choose from. */
const MAX_SELECTED = 50_000;
const READ_AT_ONCE = 500;
const DAY_SECONDS = 86_400;
/** The most revisions that one request may name. */
const MAX_REVISIONS = 100;

/** The plan for a list: what an index selects, and the remaining conditions that filter it. */
interface PushPlan {
  readonly range: Pick<SubmittedPushQuery, "from" | "to" | "author">;
  /** The numbers of pushes; null if the request names none. */
  readonly numbers: readonly number[] | null;
  readonly rest: readonly Condition[];
}

/**
 * Lists the pushes of a project that have been submitted, newest first.
 *
 * @throws ReadRefused if a filter is invalid, or if too many pushes would have to be read.
 */
export async function listPushes(
  store: PushLists,
  project: string,
  query: URLSearchParams,
  page: Page,
): Promise<ResultSet[]> {
  const others = new URLSearchParams(query);
  for (const name of ["revision", "revision__in"]) others.delete(name);
  const given = readConditions(others, pushFields);
  const conditions = [
    ...(await Promise.all(given.map((condition) => withNumbers(store, project, condition)))),
    ...(await changeConditions(store, project, query)),
  ];
  const { range, numbers, rest } = planPushes(conditions);
  const revisions = query.get("revision")?.split(",") ?? query.get("revision__in")?.split(",") ?? null;
  if (revisions !== null || numbers !== null) {
    const named =
      revisions === null
        ? await store.findPushes(numbers ?? [])
        : await byRevision(store, project, revisions);
    const found = named.filter((push) => push.project === project && push.revisions.length > 0);
    const kept = found.filter((push) => fitsAll(push, conditions)).toSorted(newestFirst);
    return kept.slice(page.offset, page.offset + page.count);
  }
  if (rest.length === 0)
    return store.listSubmittedPushes({ project, ...range, skip: page.offset, limit: page.count });
  const kept: ResultSet[] = [];
  for (let skip = 0; kept.length < page.offset + page.count; skip += READ_AT_ONCE) {
    if (skip >= MAX_SELECTED)
      throw badQuery(`more than ${MAX_SELECTED} pushes would have to be read: add startdate or author`);
    const slice = await store.listSubmittedPushes({ project, ...range, skip, limit: READ_AT_ONCE });
    for (const push of slice) if (fitsAll(push, rest)) kept.push(push);
    if (slice.length < READ_AT_ONCE) break;
  }
  return kept.slice(page.offset, page.offset + page.count);
}

/** Divides conditions into those that an index can apply, and the rest. Pure. */
export function planPushes(conditions: readonly Condition[]): PushPlan {
  let range: PushPlan["range"] = { from: null, to: null, author: null };
  let numbers: readonly number[] | null = null;
  const rest: Condition[] = [];
  for (const condition of conditions) {
    const { field, op, values } = condition;
    const [value] = values;
    const isIndexed = (op === "gte" || op === "lte") && field === "push_timestamp";
    if (field === "id" && (op === "eq" || op === "in")) numbers ??= values.map(Number);
    else if (isIndexed && op === "gte")
      range = { ...range, from: Math.max(range.from ?? Number(value), Number(value)) };
    else if (isIndexed) range = { ...range, to: Math.min(range.to ?? Number(value), Number(value)) };
    else if (field === "author" && op === "eq" && range.author === null)
      range = { ...range, author: String(value) };
    else rest.push(condition);
  }
  return { range, numbers, rest };
}

/** Turns `fromchange`, `tochange`, `startdate` and `enddate` into conditions on the time of pushes. */
async function changeConditions(
  store: PushLists,
  project: string,
  query: URLSearchParams,
): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (const [name, op] of [
    ["fromchange", "gte"],
    ["tochange", "lte"],
  ] as const) {
    const revision = query.get(name);
    if (revision === null) continue;
    const push = await store.findResultSet(project, revision);
    // An unknown revision has no time, so no push may match.
    const nothing = op === "gte" ? Number.MAX_SAFE_INTEGER : -1;
    conditions.push({ field: "push_timestamp", op, values: [push?.push_timestamp ?? nothing] });
  }
  const start = readDay(query, "startdate");
  const end = readDay(query, "enddate");
  if (start !== null) conditions.push({ field: "push_timestamp", op: "gte", values: [start.seconds] });
  // An end without a time of day includes all pushes of that day. Otherwise the time itself is the limit.
  if (end !== null) {
    const seconds = end.isDay ? end.seconds + DAY_SECONDS : end.seconds;
    conditions.push({ field: "push_timestamp", op: end.isDay ? "lt" : "lte", values: [seconds] });
  }
  return conditions;
}

function readDay(query: URLSearchParams, name: string): { seconds: number; isDay: boolean } | null {
  const text = query.get(name);
  if (text === null) return null;
  const seconds = readSeconds(text);
  if (seconds === null) throw badQuery(`${name}: must be a date, such as 2026-01-31`);
  return { seconds, isDay: !text.includes(":") };
}

/** Turns a condition that excludes revisions into one that excludes their pushes. Returns any other condition unchanged. */
async function withNumbers(store: PushLists, project: string, condition: Condition): Promise<Condition> {
  const { field, op, values } = condition;
  if (field !== "revision" || (op !== "ne" && op !== "nin")) return condition;
  const pushes = await byRevision(store, project, values.map(String));
  return { field: "id", op: "nin", values: pushes.map(({ rest_id }) => rest_id) };
}

async function byRevision(
  store: PushLists,
  project: string,
  revisions: readonly string[],
): Promise<ResultSet[]> {
  if (revisions.length > MAX_REVISIONS) throw badQuery(`revision: more than ${MAX_REVISIONS} values`);
  const found = await Promise.all(revisions.map((revision) => store.findResultSet(project, revision)));
  return [
    ...new Map(found.flatMap((push) => (push === null ? [] : [[push.rest_id, push] as const]))).values(),
  ];
}

function fitsAll(push: ResultSet, conditions: readonly Condition[]): boolean {
  return fits({ ...toPushRow(push, numberOf, false) }, conditions);
}

function newestFirst(a: ResultSet, b: ResultSet): number {
  return b.push_timestamp - a.push_timestamp;
}
