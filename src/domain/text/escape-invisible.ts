/**
 * Matches an invisible character: a control character, a character that changes the direction of writing, or any other character
 * without a shape. It does not match variation selectors, because they belong to the visible character before them, nor joiners
 * between two letters of Arabic or Indic scripts, whose spelling needs them, or between two emoji, which they combine.
 */
export const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}](?<![\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|[\u0620-\u0dff][\u200c\u200d](?=[\u0620-\u0dff])|[\p{ExtPict}\p{EMod}]\ufe0f?\u200d(?=\p{ExtPict}))/gu;

/** Returns JSON's escape `\uXXXX`. A character beyond the basic plane needs two of them. */
function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/**
 * Writes the invisible characters of a text as `\uXXXX`: control characters, characters that change the direction of writing, and
 * others without a shape. Otherwise untrusted text could move the cursor or forge a line in a terminal.
 */
export function escapeInvisible(text: string): string {
  return text.replace(invisible, escaped);
}

/**
 * Does the same for text with several lines: newlines and tabs are kept. JSON text keeps its meaning, because it can contain all
 * other invisible characters only inside strings.
 */
export function escapeInvisibleLines(text: string): string {
  return text.replace(invisible, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));
}
