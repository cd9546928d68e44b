/**
 * Finds a character that cannot be seen: a control character, one that changes the direction of writing, or another one without a
 * shape. Variation selectors are left out, because they belong to the visible character before them. So are joiners between two
 * letters of Arabic or Indic scripts, which are spelled with them, and between two emoji, which they make one picture.
 */
export const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}](?<![\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|[\u0620-\u0dff][\u200c\u200d](?=[\u0620-\u0dff])|[\p{ExtPict}\p{EMod}]\ufe0f?\u200d(?=\p{ExtPict}))/gu;

/** Returns `\uXXXX`, JSON's escape; a character beyond the basic plane takes two of them. */
function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/**
 * Returns the text with invisible characters written as `\uXXXX`: control characters, those that change the direction of
 * writing, and others without a shape. Otherwise a stranger's text could move the cursor or forge a line in a terminal.
 */
export function escapeInvisible(text: string): string {
  return text.replace(invisible, escaped);
}

/**
 * The same for text of several lines: newlines and tabs stay. JSON text keeps its meaning, because it can have all other
 * invisible characters only inside strings.
 */
export function escapeInvisibleLines(text: string): string {
  return text.replace(invisible, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));
}
