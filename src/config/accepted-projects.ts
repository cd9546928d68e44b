/** An entry of the registry, as far as it says which projects an exchange may write to. */
export interface LimitedEntry {
  readonly exchange: string;
  /** Patterns, in which `*` stands for any text. */
  readonly accept_projects?: readonly string[] | undefined;
  /** File, line and entry, for warnings. */
  readonly place: () => string;
}

export interface AcceptedProjects {
  /**
   * May messages of this exchange write to this project? Entries of one exchange are taken together: it may write to what
   * any of their lists names, and to every project where none of them has a list. An exchange that is not in the
   * registry may write to what every listed one may.
   */
  readonly accepts: (exchange: string, project: string) => boolean;
  /** Entries whose publisher may change more than is probably meant. */
  readonly warnings: readonly string[];
}

/** Projects that an unlisted exchange's answer is kept for; beyond it they are all worked out again. */
const MAX_KNOWN = 1000;

type IsAccepted = (project: string) => boolean;

/** What `accept_projects` of all entries amounts to. */
export function acceptedProjects(entries: readonly LimitedEntry[]): AcceptedProjects {
  const patterns = new Map<string, string[]>();
  for (const { exchange, accept_projects = [] } of entries) {
    const known = patterns.get(exchange) ?? [];
    for (const pattern of accept_projects) known.push(pattern);
    patterns.set(exchange, known);
  }
  const listed = new Map([...patterns].map(([exchange, its]) => [exchange, anyOf(its)]));
  const isAcceptedOfAll = kept((project) => [...listed.values()].every((isAccepted) => isAccepted(project)));
  return {
    // A publisher may bind another exchange to the one that is listed, and the broker then names that other one.
    accepts: (exchange, project) => (listed.get(exchange) ?? isAcceptedOfAll)(project),
    warnings: entries.flatMap((entry) => warningOf(entry, patterns) ?? []),
  };
}

/** No pattern at all: every project is accepted. */
function anyOf(patterns: readonly string[]): IsAccepted {
  if (patterns.length === 0) return () => true;
  const names = new Set(patterns);
  const globs = [...names].filter((pattern) => pattern.includes("*"));
  return (project) => names.has(project) || globs.some((glob) => matches(glob, project));
}

/** The same, with answers kept: asking every exchange's list takes a while. */
function kept(isAccepted: IsAccepted): IsAccepted {
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
    return `${place()}: has no accept_projects, so the lists of the other entries for ${exchange} hold for all its messages`;
  }
  if (patterns.size === 1) return null;
  return `${place()}: has no accept_projects, so ${exchange} may write to every project, and change jobs of the other exchanges`;
}

/** Does the pattern, in which `*` stands for any text, fit the whole name? Linear: no regular expression. */
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
