import type { ExpiryQuery, RemovedJobs } from "../../src/store/ports/retention-store.ts";
import type { Store } from "../../src/store/ports/store.ts";

const KINDS = ["jobs", "artifacts", "logs", "suggestions", "coalesced"] as const;

/** Removes all expired jobs. Returns what was removed. */
export async function removeExpired(
  store: Store,
  query: ExpiryQuery,
  limit = 2,
): Promise<Omit<RemovedJobs, "handled">> {
  const sum = { jobs: 0, artifacts: 0, logs: 0, suggestions: 0, coalesced: 0 };
  const logUrls: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await store.findExpiredJobs(query, after, limit);
    for (let left = page.jobs; left.length > 0; ) {
      const removed = await store.removeJobs(left);
      for (const kind of KINDS) sum[kind] += removed[kind];
      logUrls.push(...removed.logUrls);
      left = left.slice(removed.handled);
    }
    if (page.next === null) return { ...sum, logUrls };
    after = page.next;
  }
}
