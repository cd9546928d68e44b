import type { BatchPlan } from "./plan-batch.ts";

/** Beyond this number all are forgotten, and stored again when they come. Real publishers use some hundred. */
const MOST_KNOWN = 50_000;

/**
 * Knows which combinations of options are stored, so that a batch of ordinary jobs writes none. They are stored beside the
 * jobs, because finding all that there are among a million jobs would take a scan.
 */
export class OptionBook {
  readonly #stored = new Set<string>();

  /** Returns the options of a batch by their hash, except those that are stored and the combination without any option. */
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

  /** To be called when they are durable. */
  noteStored(hashes: Iterable<string>): void {
    if (this.#stored.size > MOST_KNOWN) this.#stored.clear();
    for (const hash of hashes) this.#stored.add(hash);
  }
}
