import type { BugLookup, FoundBugs } from "./bug-lookup.ts";

interface Remembered {
  readonly found: FoundBugs;
  readonly atMs: number;
}

// Which bugs are recent (90 days) changes with time. A remembered result may be this old.
const GOOD_FOR_MS = 10 * 60 * 1000;

/** Remembers the results of the last terms across jobs, because the same failures come again and again. */
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
