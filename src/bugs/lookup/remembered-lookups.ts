import type { BugLookup, FoundBugs } from "./bug-lookup.ts";

interface Remembered {
  readonly found: FoundBugs;
  readonly atMs: number;
}

// What is recent moves on with the clock; by so much it may lag behind, of 90 days.
const GOOD_FOR_MS = 10 * 60 * 1000;

/** Remembers what the last terms found, across jobs: the same failures come again and again. */
export class RememberedLookups implements BugLookup {
  readonly #lookup: BugLookup;
  readonly #maxTerms: number;
  /** In the order of their last use. */
  readonly #terms = new Map<string, Remembered>();

  /** @param lookup - does not change; a new index gets a new memory. */
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
