/**
 * Returns the first characters of a text. A character is a Unicode code point, as in the lengths in the schema. So a character
 * beyond the basic plane counts once, and is never split.
 */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  const units = text.slice(0, count);
  if (!surrogate.test(units)) return units;
  // A character has at most two units. Shortening the text first keeps the list of characters short.
  return [...text.slice(0, 2 * count)].slice(0, count).join("");
}

/** Matches one of the two UTF-16 units of a character beyond the basic plane. In a text without them, each unit is a character. */
const surrogate = /[\ud800-\udfff]/;

/** Returns whether a text has more characters than `count`. */
export function isLongerThan(text: string, count: number): boolean {
  if (text.length <= count) return false;
  return text.length > 2 * count || [...text].length > count;
}
