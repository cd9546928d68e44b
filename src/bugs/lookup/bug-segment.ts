/** How a summary contains a term: as a separate word, or as a part of a word. */
export type Fit = "word" | "part";

/** Called with positions of summaries in their segment, in ascending order. Returns false to stop the search. */
export type OnMatch = (position: number, fit: Fit) => boolean;

/** The most summaries in a segment, because a position has two bytes. */
export const MAX_SEGMENT = 1 << 16;

const BUCKETS = 1 << 16;
const GRAM = 3;
// The most lists that are intersected. Each list takes time, and more lists would rule out few more false candidates.
const LISTS_INTERSECTED = 3;

/** A trigram index: some summaries in lower case, and for each sequence of three bytes the list of summaries that contain it. */
export class BugSegment {
  /** All summaries as UTF-8, one after the other. */
  readonly #text: Uint8Array;
  readonly #longest: number;
  /** Where each summary begins, and where the last one ends. */
  readonly #starts: Uint32Array;
  /** Where the positions of each bucket begin in `#positions`, and where the last bucket ends. */
  readonly #lists: Uint32Array;
  /** The positions of the summaries in each bucket, ascending within a bucket. */
  readonly #positions: Uint16Array;

  /** @param summaries - at most {@link MAX_SEGMENT}. */
  constructor(summaries: readonly string[]) {
    const lowered = summaries.map((summary) => Buffer.from(withoutCase(summary), "utf8"));
    this.#text = Buffer.concat(lowered);
    this.#longest = lowered.reduce((most, { length }) => Math.max(most, length), 0);
    this.#starts = new Uint32Array(summaries.length + 1);
    for (const [at, { length }] of lowered.entries()) {
      this.#starts[at + 1] = (this.#starts[at] ?? 0) + length;
    }
    // The entries of each bucket are counted before it is filled, so that no list has to grow or be sorted.
    this.#lists = new Uint32Array(BUCKETS + 1);
    this.#eachGram((bucket) => {
      this.#lists[bucket + 1] = (this.#lists[bucket + 1] ?? 0) + 1;
    });
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#lists[bucket + 1] = (this.#lists[bucket + 1] ?? 0) + (this.#lists[bucket] ?? 0);
    }
    const free = this.#lists.slice();
    this.#positions = new Uint16Array(this.#lists[BUCKETS] ?? 0);
    this.#eachGram((bucket, position) => {
      const at = free[bucket] ?? 0;
      this.#positions[at] = position;
      free[bucket] = at + 1;
    });
  }

  /** Memory in bytes. */
  get bytes(): number {
    return (
      this.#text.byteLength + this.#starts.byteLength + this.#lists.byteLength + this.#positions.byteLength
    );
  }

  /**
   * Calls `onMatch` for the summaries that contain the term, in their order.
   *
   * @param term - UTF-8 of the term, {@link withoutCase}.
   * @returns false if `onMatch` asked to stop.
   */
  search(term: Uint8Array, onMatch: OnMatch): boolean {
    // A term may be a whole error line. If it is longer than every summary, nothing can contain it.
    if (term.length > this.#longest) return true;
    return term.length < GRAM ? this.#searchAll(term, onMatch) : this.#searchLists(term, onMatch);
  }

  #searchAll(term: Uint8Array, onMatch: OnMatch): boolean {
    for (let position = 0; position + 1 < this.#starts.length; position++) {
      if (!this.#check(position, term, onMatch)) return false;
    }
    return true;
  }

  #searchLists(term: Uint8Array, onMatch: OnMatch): boolean {
    const [shortest, ...others] = this.#shortestLists(term);
    if (shortest === undefined) return true;
    for (let at = shortest.at; at < shortest.end; at++) {
      const position = this.#positions[at] ?? 0;
      if (!others.every((list) => this.#advance(list, position))) continue;
      if (!this.#check(position, term, onMatch)) return false;
    }
    return true;
  }

  /** Moves forward in a list up to a position. Returns whether the list contains it. */
  #advance(list: List, position: number): boolean {
    let at = list.at;
    while (at < list.end && (this.#positions[at] ?? 0) < position) at++;
    list.at = at;
    return at < list.end && this.#positions[at] === position;
  }

  #shortestLists(term: Uint8Array): List[] {
    const lists: List[] = [];
    for (let at = 0; at + GRAM <= term.length; at++) {
      const bucket = bucketAt(term, at);
      const list = { at: this.#lists[bucket] ?? 0, end: this.#lists[bucket + 1] ?? 0 };
      if (list.at === list.end) return [];
      const place = lists.findIndex((other) => list.end - list.at < other.end - other.at);
      lists.splice(place === -1 ? lists.length : place, 0, list);
      if (lists.length > LISTS_INTERSECTED) lists.pop();
    }
    return lists;
  }

  /** Calls `onMatch` if a summary contains the term. Returns false to stop the search. */
  #check(position: number, term: Uint8Array, onMatch: OnMatch): boolean {
    const fit = fitOf(this.#text, this.#starts[position] ?? 0, this.#starts[position + 1] ?? 0, term);
    return fit === null || onMatch(position, fit);
  }

  /** Visits each bucket once for each summary, however often its bytes occur there. */
  #eachGram(visit: (bucket: number, position: number) => void): void {
    const seenIn = new Int32Array(BUCKETS).fill(-1);
    for (let position = 0; position + 1 < this.#starts.length; position++) {
      const end = (this.#starts[position + 1] ?? 0) - GRAM;
      for (let at = this.#starts[position] ?? 0; at <= end; at++) {
        const bucket = bucketAt(this.#text, at);
        if (seenIn[bucket] === position) continue;
        seenIn[bucket] = position;
        visit(bucket, position);
      }
    }
  }
}

/** Returns a text in lower case. The result for a part of a text is always a part of the result for the whole text. */
export function withoutCase(text: string): string {
  // The letters around a `Σ` decide which of these two `toLowerCase` makes of it.
  return text.toLowerCase().replaceAll("ς", "σ");
}

interface List {
  at: number;
  readonly end: number;
}

/** Returns the bucket of three bytes. Different bytes may share a bucket, so every candidate is compared with the term. */
function bucketAt(bytes: Uint8Array, at: number): number {
  const gram = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return Math.imul(gram, 0x9e3779b1) >>> 16;
}

function fitOf(text: Uint8Array, start: number, end: number, term: Uint8Array): Fit | null {
  let fit: Fit | null = null;
  const last = end - term.length;
  const first = term[0];
  for (let at = start; at <= last; at++) {
    if (text[at] !== first || !matchesAt(term, text, at)) continue;
    if (isEdge(text, at, start, end) && isEdge(text, at + term.length, start, end)) return "word";
    fit = "part";
  }
  return fit;
}

function matchesAt(term: Uint8Array, text: Uint8Array, at: number): boolean {
  for (let i = 1; i < term.length; i++) if (text[at + i] !== term[i]) return false;
  return true;
}

/** Returns whether a term may begin or end here as a separate word, because there is no byte of a word on at least one side. */
function isEdge(text: Uint8Array, at: number, start: number, end: number): boolean {
  return at === start || at === end || !isWordByte(text[at - 1] ?? 0) || !isWordByte(text[at] ?? 0);
}

/** Returns whether a byte belongs to a word: lower-case letters, everything beyond ASCII, digits and `_`. */
function isWordByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte >= 0x80;
}
