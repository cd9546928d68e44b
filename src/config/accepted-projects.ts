/** The part of a registry entry that says which projects an exchange may write to. */
export interface LimitedEntry {
  readonly exchange: string;
  /** Patterns; `*` stands for any text. */
  readonly accept_projects?: readonly string[] | undefined;
  /** File, line and entry, for warnings. */
  readonly place: () => string;
}

export interface AcceptedProjects {
  /**
   * Returns whether messages of this exchange may write to this project. The lists of all entries for one exchange are
   * joined; if none of them has a list, the exchange may write to every project. An exchange that is not in the registry
   * may write only to projects that every listed exchange may write to.
   */
  readonly accepts: (exchange: string, project: string) => boolean;
  /** Entries that probably let their publisher change more than intended. */
  readonly warnings: readonly string[];
}

/** Most answers that are cached for unlisted exchanges. A full cache is cleared. */
const MAX_KNOWN = 1000;

type IsAccepted = (project: string) => boolean;

/** Combines `accept_projects` of all entries. */
export function acceptedProjects(entries: readonly LimitedEntry[]): AcceptedProjects {
  const patterns = new Map<string, string[]>();
  for (const { exchange, accept_projects = [] } of entries) {
    const known = patterns.get(exchange) ?? [];
    for (const pattern of accept_projects) known.push(pattern);
    patterns.set(exchange, known);
  }
  const listed = new Map([...patterns].map(([exchange, its]) => [exchange, anyOf(its)]));
  const isAcceptedByAll = cached((project) =>
    [...listed.values()].every((isAccepted) => isAccepted(project)),
  );
  return {
    // A publisher may bind another exchange to a listed one. The broker then names that other exchange.
    accepts: (exchange, project) => (listed.get(exchange) ?? isAcceptedByAll)(project),
    warnings: entries.flatMap((entry) => warningOf(entry, patterns) ?? []),
  };
}

/** Returns a function that accepts names which match any of the patterns. Without patterns, it accepts every name. */
function anyOf(patterns: readonly string[]): IsAccepted {
  if (patterns.length === 0) return () => true;
  const names = new Set(patterns);
  const globs = [...names].filter((pattern) => pattern.includes("*"));
  return (project) => names.has(project) || globs.some((glob) => matches(glob, project));
}

/** Caches answers, because asking the lists of all exchanges is slow. */
function cached(isAccepted: IsAccepted): IsAccepted {
  const known = new Map<string, boolean>();
  return (project) => {
    const before = known.get(project);
    if (before !== undefined) return before;
    if (known.size >= MAX_KNOWN) known.clear();
    const answer = isAccepted(project);
    known.set(project, answer);
    return answer;
  };
}

function warningOf(
  { exchange, accept_projects, place }: LimitedEntry,
  patterns: ReadonlyMap<string, readonly string[]>,
): string | null {
  if (accept_projects !== undefined) return null;
  if ((patterns.get(exchange) ?? []).length > 0) {
    return `${place()}: has no accept_projects, so the lists of the other entries for ${exchange} apply to all its messages`;
  }
  if (patterns.size === 1) return null;
  return `${place()}: has no accept_projects, so ${exchange} may write to every project, and change jobs of the other exchanges`;
}

/** Returns whether the pattern matches the whole name; `*` stands for any text. It runs in linear time. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [head = "", ...rest] = parts;
  const tail = rest.pop();
  if (tail === undefined) return pattern === name;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}
