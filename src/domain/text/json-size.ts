/**
 * Returns the number of opening brackets in a text, but stops counting as soon as there are more than `most`. A JSON text does not have
 * more objects and lists than brackets, and is not nested deeper. Much faster than {@link measureJson}, which skips brackets in strings.
 */
export function countBrackets(text: string, most: number): number {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++count > most) return count;
    }
  }
  return count;
}

export interface JsonSize {
  /** The number of levels of nesting. */
  readonly depth: number;
  /** The number of objects and lists in the text. */
  readonly objects: number;
  /** The number of items if the text is a list, otherwise 0. */
  readonly items: number;
}

/**
 * Measures a JSON text without parsing it.
 *
 * @param body - UTF-8, in which the byte of a quote, a backslash or a bracket is never part of another character.
 */
export function measureJson(body: Buffer): JsonSize {
  let [depth, deepest, objects, commas] = [0, 0, 0, 0];
  let inString = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++;
      objects++;
      deepest = Math.max(deepest, depth);
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    } else if (byte === 0x2c && depth === 1) {
      commas++;
    }
  }
  const isList = body.toString("latin1", 0, 100).trimStart().startsWith("[");
  return { depth: deepest, objects, items: isList ? commas + 1 : 0 };
}
