import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { BugCache } from "../../store/ports/bug-cache.ts";
import { pause } from "../../timing/pause.ts";
import { type BugzillaOptions, fetchBugs } from "./bugzilla.ts";

/** The result of a sync. */
export interface BugsSynced {
  /** The number of bugs that Bugzilla returned. */
  readonly bugs: number;
  /** The ids of the bugs whose time of the last change cannot be parsed. */
  readonly untimed: readonly number[];
}

/**
 * Replaces all bugs in the cache with those from Bugzilla. If Bugzilla returns none, the cache stays unchanged.
 *
 * @throws BugzillaError, and errors of the store. The cache then keeps the old bugs.
 */
export async function syncBugs(
  cache: Pick<BugCache, "replaceBugs">,
  bugzilla: BugzillaOptions,
): Promise<BugsSynced> {
  const { bugs, untimed } = await fetchBugs(bugzilla);
  if (bugs.length > 0) await cache.replaceBugs(bugs);
  return { bugs: bugs.length, untimed };
}

/** The most bugs without a readable time that a warning lists. */
export const UNTIMED_TOLD = 10;

export interface BugSyncOptions {
  readonly cache: Pick<BugCache, "replaceBugs" | "bugsVersion">;
  readonly bugzilla: BugzillaOptions;
  readonly everyMs: number;
  /** The time from a failed sync to the next one, unless `everyMs` is shorter. Default: ten minutes. */
  readonly retryMs?: number;
  readonly counters: Pick<Counters, "bugSyncs">;
  readonly log: Log;
}

/**
 * Syncs on a timer until stopped. A cache that was never filled is synced immediately. Otherwise the first sync is at a random
 * time within the first interval, so that workers that start together do not sync together. After a failure the next sync
 * runs sooner, because an interval may be a week.
 *
 * @returns a function that stops the syncs.
 */
export function startBugSync(options: BugSyncOptions): () => Promise<void> {
  const { cache, everyMs, counters, log } = options;
  const retryMs = Math.min(options.retryMs ?? 600_000, everyMs);
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Syncs once. Returns whether the sync succeeded. */
  async function sync(): Promise<boolean> {
    try {
      const { bugs, untimed } = await syncBugs(cache, { ...options.bugzilla, stop: signal });
      counters.bugSyncs.inc({ outcome: bugs > 0 ? "replaced" : "empty" });
      log.info("bugs_synced", { bugs });
      if (untimed.length > 0) {
        log.warn("bugs_without_time", { bugs: untimed.length, first: untimed.slice(0, UNTIMED_TOLD) });
      }
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      counters.bugSyncs.inc({ outcome: "failed" });
      log.warn("bugs_not_synced", { error });
      return false;
    }
  }

  async function run(): Promise<void> {
    // If the store is unavailable, it is unknown whether the cache was ever filled.
    const firstWithinMs = await cache.bugsVersion().then(
      (version) => (version === null ? 0 : everyMs),
      () => retryMs,
    );
    await pause(Math.random() * firstWithinMs, signal);
    while (!signal.aborted) {
      const nextMs = (await sync()) ? everyMs : retryMs;
      await pause(nextMs * (0.9 + 0.2 * Math.random()), signal);
    }
  }

  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}
