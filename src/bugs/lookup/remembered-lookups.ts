import type { BugLookup, FoundBugs } from "./bug-lookup.ts";

interface Remembered {
  readonly found: FoundBugs;
  readonly atMs: number;
}

// The longest time for which a result is reused. Results change with time, because they list bugs of the last 90 days separately.
const GOOD_FOR_MS = 10 * 60 * 1000;

/** Remembers the results for the last terms across jobs, because the same failures occur again and again. */
export class RememberedLookups implements BugLookup {
  readonly #lookup: BugLookup;
  readonly #maxTerms: number;
  /** Terms in the order of their last use. */
  readonly #terms = new Map<string, Remembered>();

  /** @param lookup - must not change. A new index needs a new RememberedLookups. */
  constructor(lookup: BugLookup, maxTerms: number) {
    this.#lookup = lookup;
    this.#maxTerms = maxTerms;
  }

  find(term: string, nowMs: number): FoundBugs {
    const known = this.#terms.get(term);
    this.#terms.delete(term);
    const isGood = known !== undefined && Math.abs(nowMs - known.atMs) < GOOD_FOR_MS;
    const kept = isGood ? known : { found: this.#lookup.find(term, nowMs), atMs: nowMs };
    this.#terms.set(term, kept);
    if (this.#terms.size > this.#maxTerms) {
      for (const oldest of this.#terms.keys()) {
        this.#terms.delete(oldest);
        break;
      }
    }
    return kept.found;
  }
}
