import type { BatchPlan } from "./plan-batch.ts";

/** Beyond this number, the cache is cleared, and combinations are stored again when they are used. Real publishers use a few hundred. */
const MOST_KNOWN = 50_000;

/**
 * Remembers which combinations of options are stored, so that most batches do not write any. The combinations are stored
 * separately from the jobs, because collecting them from a million jobs would take a scan.
 */
export class OptionBook {
  readonly #stored = new Set<string>();

  /** Returns the combinations of options of a batch, by hash, without the empty combination and those known to be stored. */
  missing({
    newJobs,
    changedJobs,
  }: Pick<BatchPlan, "newJobs" | "changedJobs">): Map<string, readonly string[]> {
    const missing = new Map<string, readonly string[]>();
    for (const jobs of [newJobs, changedJobs]) {
      for (const { options, option_collection_hash: hash } of jobs.values()) {
        if (hash === undefined || options === undefined || options.length === 0) continue;
        if (!this.#stored.has(hash)) missing.set(hash, options);
      }
    }
    return missing;
  }

  /** Records that combinations are stored. Call this only once they are durable. */
  noteStored(hashes: Iterable<string>): void {
    if (this.#stored.size > MOST_KNOWN) this.#stored.clear();
    for (const hash of hashes) this.#stored.add(hash);
  }
}
