/*
 * While a log is parsed, its text is bytes in a string: one character (U+0000 to U+00FF) for each byte, as `latin1` decodes them.
 * Only the parts that are kept are decoded as UTF-8. White space means ASCII white space. `trim()` and `\s` are not used, because
 * they also match byte 0xA0, which may be a part of a UTF-8 character.
 */

// Space, TAB, LF, VT, FF, CR.
function isWhiteSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Returns whether a text is empty or only ASCII white space. */
export function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isWhiteSpace(text.charCodeAt(at))) return false;
  return true;
}

/** Returns the text without ASCII white space at its end. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Returns the position of the first character at or after `from` that is not ASCII white space. */
export function skipWhiteSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWhiteSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Returns the position of the first character at or after `from` that is not a digit 0-9. */
export function skipDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at;
}

/** Decodes bytes (one per character) as UTF-8. Bytes that are not UTF-8 become U+FFFD. */
export function decodeText(text: string): string {
  // Plain ASCII is copied too, because a slice would keep the longer string in memory.
  return Buffer.from(text, "latin1").toString("utf8");
}

/** Returns a text that was cut. If the cut has split the UTF-8 character at its end, the rest of that character is dropped. */
export function dropSplitCharacter(text: string): string {
  // A character has at most four bytes, so a split one begins among the last three.
  for (let back = 1; back <= 3 && back <= text.length; back++) {
    const byte = text.charCodeAt(text.length - back);
    if (byte < 0x80) return text;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? text.slice(0, -back) : text;
  }
  return text;
}
