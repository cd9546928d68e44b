import { failureStatuses, progressStatuses } from "../job-status.ts";

/**
 * What a reader chose to see of a project's pushes. The address holds all of it, so a link shows the same to everybody; see
 * `grid-address.ts`.
 */
export interface GridView {
  readonly project: string;
  /** A revision of the only push that is shown; null for a list of pushes. */
  readonly revision: string | null;
  readonly author: string | null;
  /** Seconds since the Unix epoch, both included. */
  readonly since: number | null;
  readonly until: number | null;
  /** Where the list begins: a cursor that an answer has given. Null: at the newest push. */
  readonly before: string | null;
  readonly filter: JobFilter;
  /** Guid of the job in the panel; null: the panel is closed. */
  readonly job: string | null;
  /** The panel's tab; null: the one that fits the job. */
  readonly tab: string | null;
  /** Keys of open groups (`groupKey`). After `all`, keys of closed ones. */
  readonly expand: readonly string[];
}

/** Which jobs are shown. All conditions must hold; an empty list is no condition. */
export interface JobFilter {
  /** Words that must all be in a job's names, symbols, platform, options or guid. */
  readonly text: string;
  /** Statuses, the words of `statusWords`, or either with `-` in front: these are hidden. Empty: all but `coalesced`. */
  readonly status: readonly string[];
  readonly tiers: readonly number[];
  /** Platform names, or row keys. */
  readonly platforms: readonly string[];
  readonly groups: readonly string[];
  readonly symbols: readonly string[];
}

/** The tiers that are shown unless others are chosen. */
export const DEFAULT_TIERS: readonly number[] = [1, 2];
/** Opens all groups but those that are listed beside it. */
export const ALL_GROUPS = "all";

/** Words for several statuses in a filter. `unclassified` also leaves out the failures that somebody has explained; `all` is every status. */
export const statusWords = {
  all: [],
  failures: failureStatuses,
  unclassified: failureStatuses,
  progress: progressStatuses,
} as const satisfies Readonly<Record<string, readonly string[]>>;

export const noFilter: JobFilter = {
  text: "",
  status: [],
  tiers: DEFAULT_TIERS,
  platforms: [],
  groups: [],
  symbols: [],
};

/** Hides nothing. */
export const everyJob: JobFilter = { ...noFilter, status: ["all"], tiers: [1, 2, 3] };

/** Returns the view of a project's newest pushes, without any choice. */
export function plainView(project: string, revision: string | null = null): GridView {
  return {
    ...{ project, revision, author: null, since: null, until: null, before: null },
    ...{ filter: noFilter, job: null, tab: null, expand: [] },
  };
}

/** Returns the same view with other conditions. */
export function withFilter(view: GridView, changes: Partial<JobFilter>): GridView {
  return { ...view, filter: { ...view.filter, ...changes } };
}

/** Returns whether a filter leaves out jobs that are shown otherwise, or shows others. */
export function isFiltering(filter: JobFilter): boolean {
  const { text, status, tiers, platforms, groups, symbols } = filter;
  const hasDefaultTiers =
    tiers.length === DEFAULT_TIERS.length && DEFAULT_TIERS.every((tier) => tiers.includes(tier));
  return (
    text.trim() !== "" ||
    !hasDefaultTiers ||
    [status, platforms, groups, symbols].some((list) => list.length > 0)
  );
}

/** Shows only the given statuses or words; all again if exactly these are shown already. */
export function toggleStatus(view: GridView, status: readonly string[]): GridView {
  const isShown = view.filter.status.join() === status.join();
  return withFilter(view, { status: isShown ? [] : status });
}

/** Hides pending and running jobs, or shows them again. */
export function toggleProgress(view: GridView): GridView {
  const hidden = "-progress";
  const { status } = view.filter;
  return withFilter(view, {
    status: status.includes(hidden) ? status.filter((word) => word !== hidden) : [...status, hidden],
  });
}

export function toggleTier(view: GridView, tier: number): GridView {
  const { tiers } = view.filter;
  const others = tiers.filter((each) => each !== tier);
  return withFilter(view, { tiers: others.length < tiers.length ? others : [...tiers, tier].toSorted() });
}

/** Opens the panel with a job, or closes it. */
export function selectJob(view: GridView, job: string | null): GridView {
  return { ...view, job, tab: null };
}

/** Opens all groups, or closes them if all are open. */
export function toggleAllGroups(view: GridView): GridView {
  return { ...view, expand: view.expand.includes(ALL_GROUPS) ? [] : [ALL_GROUPS] };
}

/** Returns whether the reader has opened a group. */
export function isGroupOpen({ expand }: GridView, key: string): boolean {
  return expand.includes(ALL_GROUPS) !== expand.includes(key);
}

/** Opens a group, or closes it. */
export function toggleGroup(view: GridView, key: string): GridView {
  const { expand } = view;
  return { ...view, expand: expand.includes(key) ? expand.filter((each) => each !== key) : [...expand, key] };
}
