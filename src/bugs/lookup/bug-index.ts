import type { Bug, SuggestedBug } from "../../domain/bug.ts";
import type { BugLookup, FoundBugs } from "./bug-lookup.ts";
import { BugSegment, type Fit, withoutCase } from "./bug-segment.ts";

const MAX_FOUND = 50;
const RECENT_MS = 90 * 24 * 60 * 60 * 1000;

// Building a segment of this many bugs takes some milliseconds. The thread can do other work between two segments.
const SEGMENT_BUGS = 4096;

interface Part {
  readonly segment: BugSegment;
  readonly bugs: readonly SuggestedBug[];
  /** Milliseconds since the Unix epoch; NaN if unknown. */
  readonly modified: Float64Array;
}

/**
 * The bug cache in memory. It finds the bugs whose summary contains a term.
 *
 * Bugs that contain the term as a separate word come first, then those that contain it as a part of a word (`foo.js` in
 * `test_foo.js`); each group is ordered by ascending id.
 */
export class BugIndex implements BugLookup {
  readonly #parts: readonly Part[];
  /** The number of bugs. */
  readonly size: number;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.size = parts.reduce((sum, { bugs }) => sum + bugs.length, 0);
  }

  /** Memory in bytes: exact for the index itself, estimated for the bugs. */
  get bytes(): number {
    return this.#parts.reduce(
      (sum, { segment, bugs, modified }) =>
        sum +
        segment.bytes +
        modified.byteLength +
        bugs.reduce((bytes, bug) => bytes + BUG_BYTES + bug.summary.length + bug.crash_signature.length, 0),
      0,
    );
  }

  find(term: string, nowMs: number): FoundBugs {
    const bytes = Buffer.from(withoutCase(term), "utf8");
    const recentSince = nowMs - RECENT_MS;
    const openRecent = new Found();
    const allOthers = new Found();
    for (const { segment, bugs, modified } of this.#parts) {
      const goesOn = segment.search(bytes, (position, fit) => {
        const bug = bugs[position];
        const changed = modified[position] ?? Number.NaN;
        if (bug === undefined) return true;
        if (bug.resolution !== "" || changed < recentSince) allOthers.add(bug, fit);
        // An open bug without a time is in neither list, because it is not known whether it is recent.
        else if (changed >= recentSince) openRecent.add(bug, fit);
        return !(openRecent.isFull && allOthers.isFull);
      });
      if (!goesOn) break;
    }
    return { open_recent: openRecent.bugs(), all_others: allOthers.bugs() };
  }
}

// The bytes of a bug's object and of its two unshared strings, without their text. The other strings are shared.
const BUG_BYTES = 120;

/** The best bugs for one list. Bugs arrive by ascending id, so a later bug is never better than one with the same fit. */
class Found {
  readonly #words: SuggestedBug[] = [];
  readonly #parts: SuggestedBug[] = [];

  get isFull(): boolean {
    return this.#words.length === MAX_FOUND;
  }

  add(bug: SuggestedBug, fit: Fit): void {
    const list = fit === "word" ? this.#words : this.#parts;
    if (list.length < MAX_FOUND) list.push(bug);
  }

  bugs(): SuggestedBug[] {
    return [...this.#words, ...this.#parts].slice(0, MAX_FOUND);
  }
}

/** Builds a {@link BugIndex} piece by piece, so that the thread can do other work between two pieces. */
export class BugIndexBuilder {
  readonly #parts: Part[] = [];
  #waiting: Bug[] = [];
  #lastId = Number.NEGATIVE_INFINITY;
  // Many bugs have the same few texts, so only one copy of each text is kept.
  readonly #shared = new Map<string, string>();

  /**
   * @param bugs - by ascending id, also across calls. A call with some hundred bugs takes about a millisecond.
   * @throws RangeError if an id is not greater than the one before.
   */
  add(bugs: Iterable<Bug>): void {
    for (const bug of bugs) {
      if (!(bug.id > this.#lastId)) throw new RangeError(`bug ${bug.id} after bug ${this.#lastId}`);
      this.#lastId = bug.id;
      this.#waiting.push(bug);
      if (this.#waiting.length === SEGMENT_BUGS) this.#closePart();
    }
  }

  /** Returns the index of all bugs that were added. The builder cannot be used after that. */
  build(): BugIndex {
    this.#closePart();
    return new BugIndex(this.#parts);
  }

  #closePart(): void {
    if (this.#waiting.length === 0) return;
    this.#parts.push({
      segment: new BugSegment(this.#waiting.map(({ summary }) => summary)),
      bugs: this.#waiting.map((bug) => this.#suggested(bug)),
      modified: Float64Array.from(this.#waiting, ({ modified }) =>
        modified === null ? Number.NaN : Date.parse(modified),
      ),
    });
    this.#waiting = [];
  }

  #suggested({ id, summary, status, resolution, crash_signature, keywords, os }: Bug): SuggestedBug {
    return {
      id,
      summary,
      status: this.#share(status),
      resolution: this.#share(resolution),
      crash_signature,
      keywords: this.#share(keywords),
      os: this.#share(os),
    };
  }

  #share(text: string): string {
    const known = this.#shared.get(text);
    if (known === undefined) this.#shared.set(text, text);
    return known ?? text;
  }
}
