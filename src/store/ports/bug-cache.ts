import type { Bug } from "../../domain/bug.ts";

/** The bugs that suggestions are made from. */
export interface BugCache {
  /** Replaces all bugs by these. If the store fails meanwhile, the old version stays in force. */
  replaceBugs(bugs: readonly Bug[]): Promise<void>;
  /** Changes with each replacement; null: never filled. */
  bugsVersion(): Promise<string | null>;
  /** A page by ascending id, of those with a greater id. */
  readBugs(afterId: number, limit: number): Promise<Bug[]>;
}
