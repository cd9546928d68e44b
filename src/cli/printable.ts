/**
 * Text of a stranger's, fit for a terminal and for one line: control characters, and those that turn the direction of
 * writing, are shown as `\uXXXX`, so that nothing in a message can move the cursor or forge a line.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
