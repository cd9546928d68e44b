/** The most bytes of one character in UTF-8. */
const MAX_BYTES = 4;

/** Returns the character that begins at a byte of a UTF-8 text, or an empty text at the end. */
export function characterAt(text: Buffer, at: number): string {
  const [character = ""] = text.toString("utf8", at, at + MAX_BYTES);
  return character;
}
