/** The known lines that contain a text, as part of all hits; see `Found`. */
export interface KnownHits {
  readonly count: number;
  /** The number of hits before the first one in `near`. */
  readonly before: number;
  /** Lines of consecutive hits, ascending. */
  readonly near: readonly number[];
}

/** The next hit, or the line around which to request it. */
export type NextHit =
  | { readonly kind: "hit"; readonly line: number; readonly position: number; readonly isAround: boolean }
  | { readonly kind: "ask"; readonly around: number; readonly isAround: boolean }
  | { readonly kind: "none" };

/**
 * Returns the hit after or before a line. The search wraps around at both ends of the log.
 *
 * @param line - where the search begins; a line outside of the log, such as -1, if no hit is shown yet.
 * @param isAround - whether the search has already wrapped around.
 */
export function nextHit(hits: KnownHits, line: number, step: 1 | -1, isAround = false): NextHit {
  const { count, before, near } = hits;
  if (count === 0) return { kind: "none" };
  const index =
    step === 1 ? near.findIndex((each) => each > line) : near.findLastIndex((each) => each < line);
  const found = near[index];
  const isFirst = step === 1 && index === 0 && before > 0;
  const isLast = step === -1 && index === near.length - 1 && before + near.length < count;
  // The first or last known hit may not be the nearest one: there may be unknown hits between it and the line.
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

/** A line number beyond the end of every log. The server accepts it. */
export const END_OF_LOG = 1e9;
