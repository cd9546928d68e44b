/** A row of the log view: a line, or a fold that stands for several lines. Lines are numbered from 0. */
export type ViewRow =
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "fold"; readonly first: number; readonly last: number };

/** The rows of a log. Each can be looked up without computing the others. */
export interface ViewRows {
  readonly count: number;
  /** @param row - from 0 to `count` - 1. */
  rowAt(row: number): ViewRow;
  /** Returns the number of the row that shows a line, or of the fold that contains it. */
  rowOf(line: number): number;
}

/** The number of lines shown before and after each failing line. */
const AROUND = 5;

/** Returns the rows of a whole log. */
export function allRows(total: number): ViewRows {
  return {
    count: total,
    rowAt: (row) => ({ kind: "line", line: row }),
    rowOf: (line) => clamp(line, 0, total - 1),
  };
}

/** A run of rows: lines that are shown, or one fold. */
interface Segment {
  readonly isFold: boolean;
  readonly first: number;
  readonly last: number;
  /** The number of its first row. */
  readonly row: number;
}

/**
 * Returns rows that show each failing line with five lines before and after it, and fold the rest. A fold of one line would save
 * nothing, so such a line is shown.
 *
 * @param failing - the numbers of the failing lines, in any order.
 * @param opened - the first lines of the folds that the reader has opened.
 */
export function failingRows(
  total: number,
  failing: readonly number[],
  opened: ReadonlySet<number> = new Set(),
): ViewRows {
  const segments: Segment[] = [];
  let row = 0;
  const add = (isFold: boolean, first: number, last: number): void => {
    if (last < first) return;
    const folds = isFold && last > first && !opened.has(first);
    segments.push({ isFold: folds, first, last, row });
    row += folds ? 1 : last - first + 1;
  };
  let next = 0;
  for (const line of failing.toSorted((a, b) => a - b)) {
    if (line < 0 || line >= total) continue;
    const from = Math.max(next, line - AROUND);
    const to = Math.min(total - 1, line + AROUND);
    add(true, next, from - 1);
    add(false, from, to);
    next = Math.max(next, to + 1);
  }
  add(true, next, total - 1);
  return {
    count: row,
    rowAt(wanted) {
      const segment = lastWhere(segments, (each) => each.row <= wanted);
      if (segment === undefined) return { kind: "line", line: 0 };
      const { isFold, first, last } = segment;
      return isFold
        ? { kind: "fold", first, last }
        : { kind: "line", line: Math.min(last, first + wanted - segment.row) };
    },
    rowOf(line) {
      const segment = lastWhere(segments, (each) => each.first <= line);
      if (segment === undefined) return 0;
      return segment.isFold ? segment.row : segment.row + Math.min(line, segment.last) - segment.first;
    },
  };
}

/** Returns the last member that passes a test, by binary search. All members before it must pass the test, too. */
function lastWhere<T>(members: readonly T[], test: (member: T) => boolean): T | undefined {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const member = members[middle];
    if (member !== undefined && test(member)) low = middle + 1;
    else high = middle;
  }
  return members[low - 1];
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
