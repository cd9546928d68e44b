/**
 * Returns a function that finds the next literal in bytes. It uses Wu and Manber's algorithm, which looks at two bytes to
 * decide how many positions it can skip. It is many times faster than one regular expression with all literals.
 *
 * @param literals - ASCII texts of at least two characters. The longer the shortest of them is, the faster is the search.
 * @returns a function from bytes and a position to the position of the first literal that begins there or later, or to
 *   the length of the bytes if there is none.
 */
export function createLiteralScanner(
  literals: readonly string[],
): (bytes: Uint8Array, from: number) => number {
  const window = literals.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY);
  if (window < 2 || !Number.isFinite(window)) throw new RangeError("a literal needs two characters or more");
  // The window is as long as the shortest literal. Its last two bytes decide how far it may move on.
  const shifts = new Uint8Array(PAIRS).fill(window - 1);
  const literalsAt = new Map<number, Uint8Array[]>();
  for (const literal of literals) {
    const bytes = Buffer.from(literal, "latin1");
    for (let last = 1; last < window; last++) {
      const pair = pairAt(bytes, last);
      shifts[pair] = Math.min(shifts[pair] ?? 0, window - 1 - last);
    }
    const pair = pairAt(bytes, window - 1);
    literalsAt.set(pair, [...(literalsAt.get(pair) ?? []), bytes]);
  }

  return (bytes, from) => {
    let last = from + window - 1;
    while (last < bytes.length) {
      const pair = pairAt(bytes, last);
      const shift = shifts[pair] ?? 0;
      if (shift > 0) {
        last += shift;
        continue;
      }
      const start = last - window + 1;
      for (const literal of literalsAt.get(pair) ?? []) if (matchesAt(literal, bytes, start)) return start;
      last += 1;
    }
    return bytes.length;
  };
}

const PAIRS = 1 << 14;

/** Returns seven bits of each of the two bytes that end at `last`. A table for all sixteen bits would not fit into the CPU's cache. */
function pairAt(bytes: Uint8Array, last: number): number {
  return (((bytes[last - 1] ?? 0) & 0x7f) << 7) | ((bytes[last] ?? 0) & 0x7f);
}

function matchesAt(literal: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < literal.length; at++) if (bytes[start + at] !== literal[at]) return false;
  return true;
}
