import type { Bug } from "../../domain/bug.ts";

/** The bugs that suggestions are made from. */
export interface BugCache {
  /** Replaces all bugs. If the store fails meanwhile, the old version stays in force. */
  replaceBugs(bugs: readonly Bug[]): Promise<void>;
  /** Returns a text that changes with each replacement; null if the cache has never been filled. */
  bugsVersion(): Promise<string | null>;
  /** Returns a page of the bugs with a greater id, by ascending id. */
  readBugs(afterId: number, limit: number): Promise<Bug[]>;
}
