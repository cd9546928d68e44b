import type { SuggestedBug } from "../../domain/bug.ts";

/** The bugs whose summary contains a term, best first, at most 50 in each list. */
export interface FoundBugs {
  /** Bugs without a resolution that were changed within 90 days. */
  readonly open_recent: readonly SuggestedBug[];
  /** Bugs with a resolution, and bugs that were last changed before that. */
  readonly all_others: readonly SuggestedBug[];
}

/** Finds bugs by a literal term, ignoring case. */
export interface BugLookup {
  /** @param nowMs - milliseconds since the Unix epoch. */
  find(term: string, nowMs: number): FoundBugs;
}

export const noBugs: FoundBugs = { open_recent: [], all_others: [] };
