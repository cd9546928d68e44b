import { stringEnd } from "./source-json.ts";

const MAX_INDENT = 40;
const wordEnd = /[ \t\r\n{}[\],:"]|$/g;

/**
 * Returns a JSON text, or its beginning, with a line for each member and element. Only the part that is returned is read, numbers
 * stay as they are written, and text that is not JSON is shown too.
 *
 * @param maxLength - the maximum number of characters to return.
 */
export function prettyJson(
  text: string,
  maxLength: number,
): { readonly text: string; readonly isCut: boolean } {
  const pieces: string[] = [];
  let length = 0;
  let depth = 0;
  const add = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const newLine = (): string => `\n${"  ".repeat(Math.min(depth, MAX_INDENT))}`;
  let at = skipSpace(text, 0);
  while (at < text.length && length <= maxLength) {
    const character = text.charAt(at);
    let end = at + 1;
    if (character === "{" || character === "[") {
      const next = skipSpace(text, end);
      if (/[}\]]/.test(text.charAt(next))) {
        end = next + 1;
        add(`${character}${text.charAt(next)}`);
      } else {
        depth++;
        add(`${character}${newLine()}`);
      }
    } else if (character === "}" || character === "]") {
      depth = Math.max(0, depth - 1);
      add(`${newLine()}${character}`);
    } else if (character === ",") {
      add(`,${newLine()}`);
    } else if (character === ":") {
      add(": ");
    } else {
      end = character === '"' ? stringEnd(text, at) : endOfWord(text, at);
      // A string may be much longer than the part that is shown.
      add(text.slice(at, Math.min(end, at + maxLength + 1)));
    }
    at = skipSpace(text, end);
  }
  const isCut = at < text.length || length > maxLength;
  const joined = pieces.join("");
  return { text: isCut ? joined.slice(0, maxLength).toWellFormed() : joined, isCut };
}

/** Returns whether a character is white space in JSON: tab, line feed, carriage return or space. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Returns where a number or a word such as `true` ends. */
function endOfWord(text: string, from: number): number {
  wordEnd.lastIndex = from + 1;
  return wordEnd.exec(text)?.index ?? text.length;
}
