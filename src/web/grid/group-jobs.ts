import { countWord, statusPosition } from "../job-status.ts";
import { platformLabel, rowPosition } from "../platform-names.ts";
import type { GridJob } from "./grid-job.ts";

/** The jobs of a push that have the same platform and options. */
export interface PlatformRow {
  /** Identifies the row within its push: the platform's name and the options. */
  readonly key: string;
  readonly label: string;
  readonly groups: readonly JobGroup[];
}

/** The jobs of a row that have the same group symbol and tier. */
export interface JobGroup {
  /** Identifies the group within its push. */
  readonly key: string;
  /** `""` if the group has no symbol. */
  readonly symbol: string;
  readonly name: string;
  readonly tier: number;
  /** Whether the jobs are shown directly in the row, without a symbol, and never counted. True for tier-1 jobs without a group. */
  readonly isBare: boolean;
  /** In display order. */
  readonly jobs: readonly GridJob[];
}

/** An item of a group: a job, or the number of jobs that look the same. */
export type GroupItem =
  | { readonly kind: "job"; readonly job: GridJob }
  | {
      readonly kind: "count";
      /** The class of the button. */
      readonly look: string;
      readonly count: number;
      /** The word for the status of the jobs, such as `success`. */
      readonly word: string;
    };

/** The symbol of a job that belongs to no group. */
const NO_GROUP = "?";

/** Returns the key of the row that contains a job. */
export function rowKey({ platform, options }: GridJob): string {
  return options === "" ? platform : `${platform} ${options}`;
}

/** Returns the key of the group that contains a job. */
export function groupKey(job: GridJob): string {
  return `${rowKey(job)}/${job.tier}/${job.groupSymbol}`;
}

/** Returns rows with only the jobs that pass a test. Rows and groups without such jobs are left out. */
export function pickRows(
  rows: readonly PlatformRow[],
  isShown: (job: GridJob) => boolean,
): readonly PlatformRow[] {
  return rows.flatMap((row) => {
    const groups = row.groups.flatMap((group) => {
      const jobs = group.jobs.filter(isShown);
      return jobs.length === 0 ? [] : [{ ...group, jobs }];
    });
    return groups.length === 0 ? [] : [{ ...row, groups }];
  });
}

/** Returns the rows of a push, with rows, groups and jobs in display order. @see spec/ui.md, section 6 */
export function groupJobs(jobs: Iterable<GridJob>): PlatformRow[] {
  const rows = new Map<string, { first: GridJob; groups: Map<string, GridJob[]> }>();
  for (const job of jobs) {
    const key = rowKey(job);
    const row = rows.get(key) ?? { first: job, groups: new Map<string, GridJob[]>() };
    rows.set(key, row);
    const group = `${job.tier}/${job.groupSymbol}`;
    const members = row.groups.get(group);
    if (members === undefined) row.groups.set(group, [job]);
    else members.push(job);
  }
  return [...rows]
    .map(([key, { first, groups }]) => ({
      key,
      label: [platformLabel(first.platform), first.options].filter((part) => part !== "").join(" "),
      position: rowPosition(first.platform, first.options),
      groups: [...groups.values()].map(toGroup).toSorted(inGroupOrder),
    }))
    .toSorted((a, b) => a.position - b.position || inCodeOrder(a.label, b.label) || inCodeOrder(a.key, b.key))
    .map(({ key, label, groups }) => ({ key, label, groups: groups.map(({ group }) => group) }));
}

function toGroup(members: GridJob[]): { readonly sorted: string; readonly group: JobGroup } {
  const [first] = members;
  if (first === undefined) throw new Error("a group has at least one job");
  const { groupSymbol, groupName, tier } = first;
  const group = {
    key: groupKey(first),
    symbol: groupSymbol === NO_GROUP ? "" : groupSymbol,
    name: groupName,
    tier,
    isBare: groupSymbol === NO_GROUP && tier === 1,
    jobs: inSymbolOrder(members),
  };
  return { sorted: groupSymbol, group };
}

type SortedGroup = ReturnType<typeof toGroup>;

function inGroupOrder(a: SortedGroup, b: SortedGroup): number {
  return inCodeOrder(a.sorted, b.sorted) || a.group.tier - b.group.tier;
}

/** Sorts jobs by symbol, and jobs with the same symbol by their time of submission. */
function inSymbolOrder(jobs: readonly GridJob[]): GridJob[] {
  return jobs.toSorted(
    (a, b) => inCodeOrder(a.symbolOrder, b.symbolOrder) || a.submit - b.submit || inCodeOrder(a.guid, b.guid),
  );
}

function inCodeOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Returns the items of a closed group. Failures, and jobs whose symbol occurs more than once, are shown as they are. The others are
 * counted by their look. A job that is the only one with its look is also shown as it is, because `+1` would say less in the same space.
 */
export function closeGroup(jobs: readonly GridJob[]): GroupItem[] {
  const ofSymbol = new Map<string, number>();
  for (const { symbol } of jobs) ofSymbol.set(symbol, (ofSymbol.get(symbol) ?? 0) + 1);
  const counted = new Map<string, GridJob[]>();
  for (const job of jobs) {
    if (job.isFailure || ofSymbol.get(job.symbol) !== 1) continue;
    const look = `${job.look} ${job.status}`;
    const members = counted.get(look);
    if (members === undefined) counted.set(look, [job]);
    else members.push(job);
  }
  const counts = [...counted.values()].filter((members) => members.length > 1);
  const inCounts = new Set(counts.flat());
  return [
    ...jobs.filter((job) => !inCounts.has(job)).map((job) => ({ kind: "job" as const, job })),
    ...counts.toSorted((a, b) => placeOf(a) - placeOf(b)).map(toCount),
  ];
}

function placeOf([first]: readonly GridJob[]): number {
  return first === undefined ? 0 : statusPosition(first.status);
}

function toCount(members: readonly GridJob[]): GroupItem {
  const { status = "", classification = 1, look = "" } = members[0] ?? {};
  return {
    kind: "count",
    look,
    count: members.length,
    word: countWord(status, classification),
  };
}

/** Returns the items of an open group: all its jobs. */
export function openGroup(jobs: readonly GridJob[]): GroupItem[] {
  return jobs.map((job) => ({ kind: "job" as const, job }));
}
