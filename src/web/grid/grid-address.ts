import { projectAddress, pushAddress } from "../addresses.ts";
import {
  ALL_GROUPS,
  DEFAULT_TIERS,
  type GridView,
  type JobFilter,
  plainView,
  toggleGroup,
  withFilter,
} from "./grid-view.ts";

/** The maximum number of values of each list in an address. */
const MAX_VALUES = 20;
/** The maximum length of a query with keys of open groups, in characters. Further keys are left out, because long queries are refused. */
const MAX_ADDRESS = 1500;
const MAX_SECONDS = 1e11;
const SECONDS_OF_DAY = 86_400;

/**
 * Returns the view that an address describes. Invalid parts are ignored, so that an old or damaged link still opens.
 *
 * @param revision - the revision in the path of a single push; null for a list of pushes.
 */
export function readGridView(project: string, revision: string | null, query: URLSearchParams): GridView {
  const filter: JobFilter = {
    text: query.get("text") ?? "",
    status: readList(query, "status"),
    tiers: readTiers(query),
    platforms: readList(query, "platform"),
    groups: readList(query, "group"),
    symbols: readList(query, "symbol"),
  };
  return {
    ...plainView(project, revision),
    author: readText(query, "author"),
    since: readSeconds(query, "since", 0),
    until: readSeconds(query, "until", SECONDS_OF_DAY - 1),
    before: readText(query, "before"),
    filter,
    job: readText(query, "job"),
    tab: readText(query, "tab"),
    expand: readList(query, "expand"),
  };
}

/** Returns the address of a view. `readGridView` returns the same view for it, except that some keys are lost if very many groups are open. */
export function gridAddress(view: GridView): string {
  const path = gridPath(view);
  const query = new URLSearchParams(pushQuery(view));
  const { filter, job, tab, expand } = view;
  if (filter.text !== "") query.set("text", filter.text);
  appendAll(query, "status", filter.status);
  if (filter.tiers.join() !== DEFAULT_TIERS.join()) query.set("tier", filter.tiers.join(",") || "none");
  appendAll(query, "platform", filter.platforms);
  appendAll(query, "group", filter.groups);
  appendAll(query, "symbol", filter.symbols);
  if (job !== null) query.set("job", job);
  if (tab !== null) query.set("tab", tab);
  for (const key of newestKeys(expand)) {
    if (String(query).length + key.length < MAX_ADDRESS) query.append("expand", key);
  }
  const text = String(query);
  return text === "" ? path : `${path}?${text}`;
}

/** Returns the newest keys that fit into an address. `all` is always kept, because without it the others would open groups, not close them. */
function newestKeys(expand: readonly string[]): readonly string[] {
  if (!expand.includes(ALL_GROUPS)) return expand.slice(-MAX_VALUES);
  return [ALL_GROUPS, ...expand.filter((key) => key !== ALL_GROUPS).slice(1 - MAX_VALUES)];
}

/** Returns a function that maps the key of a group to the address that opens or closes the group. */
export function groupAddressIn(view: GridView): (key: string) => string {
  const add = addressWith(view, "expand");
  return (key) => (view.expand.includes(key) ? gridAddress(toggleGroup(view, key)) : add(key));
}

/** Returns a function that maps the key of a platform to the address that shows only this platform, or all platforms again. */
export function platformAddressIn(view: GridView): (key: string) => string {
  const all = withFilter(view, { platforms: [] });
  const add = addressWith(all, "platform");
  return (key) => (view.filter.platforms.includes(key) ? gridAddress(all) : add(key));
}

function addressWith(view: GridView, name: string): (value: string) => string {
  const address = gridAddress(view);
  const before = `${address}${address.includes("?") ? "&" : "?"}${name}=`;
  return (value) => before + encodeURIComponent(value);
}

/** Returns the part of a view's query that chooses pushes. */
export function pushQuery({ author, since, until, before }: GridView): Record<string, string> {
  return {
    ...(author !== null && { author }),
    ...(since !== null && { since: String(since) }),
    ...(until !== null && { until: String(until) }),
    ...(before !== null && { before }),
  };
}

function gridPath({ project, revision }: GridView): string {
  return revision === null ? projectAddress(project) : pushAddress({ project, revision });
}

function appendAll(query: URLSearchParams, name: string, values: readonly string[]): void {
  for (const value of values) query.append(name, value);
}

function readText(query: URLSearchParams, name: string): string | null {
  return query.get(name) || null;
}

/** Reads a list from all parameters with the same name. */
function readList(query: URLSearchParams, name: string): string[] {
  const values = query.getAll(name).filter((value) => value !== "");
  return [...new Set(values)].slice(0, MAX_VALUES);
}

/** Reads `tier=1,2`, as in links, and `tier=1&tier=2`, as a form sends it. */
function readTiers(query: URLSearchParams): readonly number[] {
  const given = query.getAll("tier").flatMap((value) => value.split(","));
  if (given.length === 0) return DEFAULT_TIERS;
  return [...new Set(given.filter((value) => /^\d$/.test(value)).map(Number))].toSorted();
}

/**
 * Reads seconds since the Unix epoch, or a day such as `2026-11-29`.
 *
 * @param ofDay - the second of the day to return for a day, in UTC, counted from 0.
 */
function readSeconds(query: URLSearchParams, name: string, ofDay: number): number | null {
  const text = query.get(name) ?? "";
  const day = /^\d{4}-\d\d-(\d\d)$/.exec(text)?.[1];
  const date = new Date(text);
  // `Date` reads 31 February as 3 March.
  if (day !== undefined && date.getUTCDate() !== Number(day)) return null;
  const seconds = day === undefined ? Number.parseInt(text, 10) : date.getTime() / 1000 + ofDay;
  return seconds >= 0 && seconds <= MAX_SECONDS ? seconds : null;
}
