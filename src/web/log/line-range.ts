/** Lines of a log, counted from 0. Both ends are included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Returns the lines that the fragment of an address names, such as `#L10` or `#L10-L20`; null if it names none. */
export function readRange(hash: string): LineRange | null {
  // No log has a billion lines, and much longer numbers would lose digits.
  const [, from, to = from] = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash) ?? [];
  if (from === undefined) return null;
  return rangeBetween(Number(from), Number(to));
}

/** Returns the fragment of an address that names a range of lines. */
export function rangeHash({ first, last }: LineRange): string {
  return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** Returns the lines between two lines, in either order, including both. */
export function rangeBetween(one: number, other: number): LineRange {
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

export function includesLine(range: LineRange | null, line: number): boolean {
  return range !== null && line >= range.first && line <= range.last;
}
