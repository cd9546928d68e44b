import { PatternIndex } from "./pattern-index.ts";

/** The part of a registry entry that says which projects an exchange may write to. */
export interface LimitedEntry {
  readonly exchange: string;
  /** Patterns; `*` stands for any text. */
  readonly accept_projects?: readonly string[] | undefined;
}

/** Returns whether messages of an exchange may write to a project. */
export type AcceptsProject = (exchange: string, project: string) => boolean;

type IsAccepted = (project: string) => boolean;

/**
 * Combines `accept_projects` of all entries. The lists of all entries for one exchange are joined; if no entry has a list, the
 * exchange may write to every project. An exchange that is not in the registry may write only to projects that every listed
 * exchange may write to.
 */
export function acceptedProjects(entries: readonly LimitedEntry[]): AcceptsProject {
  const lists = new Map<string, ProjectList>();
  const listed = new Map(
    [...patternsByExchange(entries)].map(([exchange, patterns]) => [exchange, listOf(patterns, lists)]),
  );
  const isAcceptedByAll = acceptedByAll([...lists.values()].map((list) => list.patterns));
  // A publisher may bind another exchange to a listed one. The broker then names that other exchange.
  return (exchange, project) => listed.get(exchange)?.accepts(project) ?? isAcceptedByAll(project);
}

/** Returns a warning for each entry that probably lets its publisher change more than intended. */
export function limitWarnings(
  entries: readonly (LimitedEntry & {
    /** Returns file, line and entry. */
    readonly place: () => string;
  })[],
): string[] {
  const patterns = patternsByExchange(entries);
  return entries.flatMap(({ exchange, accept_projects, place }) => {
    if (accept_projects !== undefined) return [];
    if ((patterns.get(exchange) ?? []).length > 0) {
      return `${place()}: has no accept_projects, so the lists of the other entries for ${exchange} apply to all its messages`;
    }
    if (patterns.size === 1) return [];
    return `${place()}: has no accept_projects, so ${exchange} may write to every project, and change jobs of the other exchanges`;
  });
}

function patternsByExchange(entries: readonly LimitedEntry[]): Map<string, string[]> {
  const patterns = new Map<string, string[]>();
  for (const { exchange, accept_projects = [] } of entries) {
    const known = patterns.get(exchange) ?? [];
    for (const pattern of accept_projects) known.push(pattern);
    patterns.set(exchange, known);
  }
  return patterns;
}

/** The patterns of an exchange. Exchanges with the same patterns share one list. */
interface ProjectList {
  /** Without duplicates; empty if every name is accepted. */
  readonly patterns: readonly string[];
  readonly accepts: IsAccepted;
}

/** Returns the list with these patterns. @param lists - all lists so far; a new list is added to them. */
function listOf(patterns: readonly string[], lists: Map<string, ProjectList>): ProjectList {
  const different = [...new Set(patterns)].toSorted();
  const key = JSON.stringify(different);
  const known = lists.get(key);
  if (known !== undefined) return known;
  const index = new PatternIndex(different);
  const accepts = different.length === 0 ? () => true : (project: string) => index.matchesAny(project);
  const list = { patterns: different, accepts };
  lists.set(key, list);
  return list;
}

/**
 * Returns a function that accepts a name if every list has a pattern that matches it. It looks up the matching patterns instead
 * of trying each list. It caches, for each group of patterns, whether all lists are covered.
 *
 * @param lists - without duplicates; an empty one accepts every name.
 */
function acceptedByAll(lists: readonly (readonly string[])[]): IsAccepted {
  const limited = lists.filter((patterns) => patterns.length > 0);
  /** The numbers of the lists that have a pattern, by pattern. */
  const listsOf = new Map<string, number[]>();
  for (const [number, patterns] of limited.entries()) {
    for (const pattern of patterns) {
      const known = listsOf.get(pattern);
      if (known === undefined) listsOf.set(pattern, [number]);
      else known.push(number);
    }
  }
  const index = new PatternIndex([...listsOf.keys()]);
  const numbers = [...listsOf.values()];
  const known = new Map<string, boolean>();
  const mostKnown = LEAST_KNOWN + numbers.length;
  return (project) => {
    const places = index.matching(project);
    // Most names are refused here, because the matching patterns are in too few lists to cover them all.
    if (sumOf(places, (place) => numbers[place]?.length ?? 0) < limited.length) return false;
    const group = places.join();
    const before = known.get(group);
    if (before !== undefined) return before;
    const answer = new Set(places.flatMap((place) => numbers[place] ?? [])).size === limited.length;
    if (known.size >= mostKnown) known.clear();
    known.set(group, answer);
    return answer;
  };
}

/** How many groups of patterns are cached, in addition to one for each pattern. When the cache is full, it is emptied. */
const LEAST_KNOWN = 1000;

function sumOf(places: readonly number[], sizeOf: (place: number) => number): number {
  return places.reduce((sum, place) => sum + sizeOf(place), 0);
}
