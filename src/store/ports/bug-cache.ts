import type { Bug } from "../../domain/bug.ts";

/** Holds the bugs from which suggestions are made. */
export interface BugCache {
  /** Replaces all bugs atomically: if the store fails halfway, readers still see the old version. */
  replaceBugs(bugs: readonly Bug[]): Promise<void>;
  /** Returns a version string that changes with each replacement; null if the cache has never been filled. */
  bugsVersion(): Promise<string | null>;
  /** Returns up to `limit` bugs with an id greater than `afterId`, in ascending order of id. */
  readBugs(afterId: number, limit: number): Promise<Bug[]>;
}
