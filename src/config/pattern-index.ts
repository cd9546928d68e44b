/** Returns whether the pattern matches the whole name; `*` stands for any text. The time is linear in the length of the name. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [head = "", ...rest] = parts;
  const tail = rest.pop();
  if (tail === undefined) return pattern === name;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}

/** Patterns by the text at one of their ends. */
interface EndIndex {
  readonly places: Map<string, number[]>;
  /** The lengths of the keys of `places`. */
  readonly lengths: Set<number>;
}

/**
 * Finds the patterns that match a name. It tries only patterns whose text before the first `*`, or after the last one, also
 * begins or ends the name, so that the number of patterns hardly matters. Patterns that begin and end with `*` are all tried.
 */
export class PatternIndex {
  readonly #patterns: readonly string[];
  readonly #exact = new Map<string, number>();
  // Created only when needed: most lists hold only names, and there may be one index for each exchange.
  #byHead: EndIndex | null = null;
  #byTail: EndIndex | null = null;
  #open: number[] | null = null;

  /** @param patterns - without duplicates. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
    for (const [place, pattern] of patterns.entries()) {
      const first = pattern.indexOf("*");
      const tailLength = pattern.length - 1 - pattern.lastIndexOf("*");
      if (first === -1) this.#exact.set(pattern, place);
      else if (first === 0 && tailLength === 0) {
        this.#open ??= [];
        this.#open.push(place);
      } else if (first >= tailLength) {
        this.#byHead ??= { places: new Map(), lengths: new Set() };
        add(this.#byHead, pattern.slice(0, first), place);
      } else {
        this.#byTail ??= { places: new Map(), lengths: new Set() };
        add(this.#byTail, pattern.slice(-tailLength), place);
      }
    }
  }

  /**
   * Returns the indexes of all patterns that match. Names that match the same patterns get the same result, in the same order.
   */
  matching(name: string): number[] {
    const exact = this.#exact.get(name);
    const found = exact === undefined ? [] : [exact];
    for (const place of this.#candidates(name)) {
      if (matches(this.#patterns[place] ?? "", name)) found.push(place);
    }
    return found;
  }

  matchesAny(name: string): boolean {
    if (this.#exact.has(name)) return true;
    return this.#candidates(name).some((place) => matches(this.#patterns[place] ?? "", name));
  }

  /** Returns the indexes of the patterns with `*` that may match. */
  #candidates(name: string): readonly number[] {
    if (this.#byHead === null && this.#byTail === null) return this.#open ?? [];
    const found = [...(this.#open ?? [])];
    for (const length of this.#byHead?.lengths ?? []) {
      for (const place of this.#byHead?.places.get(name.slice(0, length)) ?? []) found.push(place);
    }
    for (const length of this.#byTail?.lengths ?? []) {
      for (const place of this.#byTail?.places.get(name.slice(-length)) ?? []) found.push(place);
    }
    return found;
  }
}

function add({ places, lengths }: EndIndex, end: string, place: number): void {
  const known = places.get(end);
  if (known === undefined) places.set(end, [place]);
  else known.push(place);
  lengths.add(end.length);
}
