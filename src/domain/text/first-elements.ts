import { stringEnd } from "./source-json.ts";

/** The first elements of a JSON list. */
export interface FirstElements {
  /** The JSON text of each element. */
  readonly elements: readonly string[];
  /** Whether these are all elements of the list. */
  readonly isWhole: boolean;
}

/**
 * Returns the first elements of a JSON list. A list may be megabytes long, so only the part that is returned is read.
 *
 * @param most - the maximum number of elements to return.
 * @param maxLength - the maximum number of characters to read.
 * @returns null if the text is not a list.
 */
export function firstElements(text: string, most: number, maxLength: number): FirstElements | null {
  const open = text.search(/\S/);
  if (text.charAt(open) !== "[") return null;
  const elements: string[] = [];
  const stop = Math.min(text.length, maxLength);
  let depth = 0;
  let start = open + 1;
  for (let at = start; at < stop; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      continue;
    }
    if (depth === 0 && (code === COMMA || code === CLOSE_LIST)) {
      const element = text.slice(start, at).trim();
      if (element !== "") elements.push(element);
      if (code === CLOSE_LIST) return { elements, isWhole: true };
      if (elements.length === most) break;
      start = at + 1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
    at++;
  }
  return { elements, isWhole: false };
}

const [QUOTE, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];
