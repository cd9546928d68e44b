/** What the page knows of the lines that hold a text. See `Found`. */
export interface KnownHits {
  readonly count: number;
  /** How many come before the first of `near`. */
  readonly before: number;
  /** Some that follow each other, ascending. */
  readonly near: readonly number[];
}

/** Where the next hit is, or around which line to look for it. */
export type NextHit =
  | { readonly kind: "hit"; readonly line: number; readonly position: number; readonly isAround: boolean }
  | { readonly kind: "ask"; readonly around: number; readonly isAround: boolean }
  | { readonly kind: "none" };

/**
 * Returns the hit after a line, or before it. After the last one comes the first one again.
 *
 * @param line - a line outside of the log, such as -1, if none is shown yet.
 * @param isAround - the end of the log was passed already.
 */
export function nextHit(hits: KnownHits, line: number, step: 1 | -1, isAround = false): NextHit {
  const { count, before, near } = hits;
  if (count === 0) return { kind: "none" };
  const index =
    step === 1 ? near.findIndex((each) => each > line) : near.findLastIndex((each) => each < line);
  const found = near[index];
  const isFirst = step === 1 && index === 0 && before > 0;
  const isLast = step === -1 && index === near.length - 1 && before + near.length < count;
  // A hit at the edge of what is known may not be the next one, unless the line itself is beside it.
  if (found !== undefined && !isFirst && !isLast) {
    return { kind: "hit", line: found, position: before + index + 1, isAround };
  }
  if (step === 1) {
    const isMore = found !== undefined || before + near.length < count;
    if (isMore) return { kind: "ask", around: line + 1, isAround };
    return before === 0 ? nextHit(hits, -1, 1, true) : { kind: "ask", around: 0, isAround: true };
  }
  if (found !== undefined || before > 0) return { kind: "ask", around: line, isAround };
  return before + near.length === count
    ? nextHit(hits, END_OF_LOG, -1, true)
    : { kind: "ask", around: END_OF_LOG, isAround: true };
}

/** A line after all others; the server takes it. */
export const END_OF_LOG = 1e9;
