/*
 * The text of a log, while it is parsed: bytes, one character (U+0000 to U+00FF) a byte, as `latin1` reads them.
 * What is kept is decoded at the end. White space is ASCII's: `trim()` and `\s` would also take byte 0xA0, which
 * may be the middle of a UTF-8 character.
 */

// Space, TAB, LF, VT, FF, CR.
function isWhiteSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Is there nothing but ASCII white space? Also true of empty text. */
export function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isWhiteSpace(text.charCodeAt(at))) return false;
  return true;
}

/** The text without ASCII white space at its end. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Position of the first character at or after `from` that is not ASCII white space. */
export function skipWhiteSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWhiteSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Position of the first character at or after `from` that is not a digit 0-9. */
export function skipDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at;
}

/** Bytes as characters to the text they are in UTF-8; what is not UTF-8 becomes U+FFFD. */
export function decodeText(text: string): string {
  // Also for plain ASCII: the copy lets go of the longer string that a slice would keep alive.
  return Buffer.from(text, "latin1").toString("utf8");
}

/** Text that was cut, without a UTF-8 character at its end that the cut has split. */
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
