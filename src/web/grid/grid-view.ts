import { failureStatuses, progressStatuses } from "../job-status.ts";

/**
 * The reader's choices about a project's pushes. The address contains all of them, so a link shows everybody the same view; see
 * `grid-address.ts`.
 */
export interface GridView {
  readonly project: string;
  /** A revision of the push that is shown alone; null for a list of pushes. */
  readonly revision: string | null;
  readonly author: string | null;
  /** Seconds since the Unix epoch. `since` and `until` are inclusive. */
  readonly since: number | null;
  readonly until: number | null;
  /** The cursor from an earlier answer at which the list begins; null to begin at the newest push. */
  readonly before: string | null;
  readonly filter: JobFilter;
  /** Guid of the job in the panel; null if the panel is closed. */
  readonly job: string | null;
  /** The panel's tab; null for the job's default tab. */
  readonly tab: string | null;
  /** Keys of open groups, each a revision and a `groupKey`. With `all` among them, all groups are open except those whose keys are listed. */
  readonly expand: readonly string[];
}

/** Which jobs are shown. All conditions must hold; an empty list is no condition. */
export interface JobFilter {
  /** Words that must all be in a job's names, symbols, platform, options or guid. */
  readonly text: string;
  /** Statuses or words of `statusWords`; a `-` in front hides them. If empty, all statuses except `coalesced` are shown. */
  readonly status: readonly string[];
  readonly tiers: readonly number[];
  /** Platform names, or row keys. */
  readonly platforms: readonly string[];
  readonly groups: readonly string[];
  readonly symbols: readonly string[];
}

/** The tiers that are shown by default. */
export const DEFAULT_TIERS: readonly number[] = [1, 2];
/** The key that opens all groups except those listed with it. */
export const ALL_GROUPS = "all";

/** Words that stand for several statuses in a filter. `unclassified` also hides failures that somebody has explained; `all` is every status. */
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

/** The filter that hides no jobs. */
export const everyJob: JobFilter = { ...noFilter, status: ["all"], tiers: [1, 2, 3] };

/** Returns the view of a project's newest pushes, or of one push, with the default choices. */
export function plainView(project: string, revision: string | null = null): GridView {
  return {
    ...{ project, revision, author: null, since: null, until: null, before: null },
    ...{ filter: noFilter, job: null, tab: null, expand: [] },
  };
}

/** Returns the view with some conditions of its filter changed. */
export function withFilter(view: GridView, changes: Partial<JobFilter>): GridView {
  return { ...view, filter: { ...view.filter, ...changes } };
}

/** Returns whether a filter differs from {@link noFilter}. */
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

/** Shows only the given statuses or words, or all statuses again if exactly these are already shown. */
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

/** Returns whether a group is open. */
export function isGroupOpen({ expand }: GridView, key: string): boolean {
  return expand.includes(ALL_GROUPS) !== expand.includes(key);
}

/** Opens a group, or closes it. */
export function toggleGroup(view: GridView, key: string): GridView {
  const { expand } = view;
  return { ...view, expand: expand.includes(key) ? expand.filter((each) => each !== key) : [...expand, key] };
}
