/**
 * The first characters of a text. A character is a Unicode code point, as in the schema's lengths: one beyond the basic
 * plane counts once, and is never cut in half.
 */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  const units = text.slice(0, count);
  if (!surrogate.test(units)) return units;
  // A character has two units at most: what is taken apart stays small, however long the text is.
  return [...text.slice(0, 2 * count)].slice(0, count).join("");
}

/** One of the two units of a character beyond the basic plane. Without such, each unit is a character. */
const surrogate = /[\ud800-\udfff]/;

/** Has the text more characters than so many? */
export function isLongerThan(text: string, count: number): boolean {
  if (text.length <= count) return false;
  return text.length > 2 * count || [...text].length > count;
}
