import { stringEnd } from "../../domain/text/source-json.ts";

/**
 * Returns the source text of each item of a JSON array.
 *
 * @param text - a valid JSON array.
 */
export function arrayItems(text: string): readonly string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      at = stringEnd(text, at) - 1;
    } else if (character === "[" || character === "{") {
      if (++depth === 1) start = at + 1;
    } else if (character === "]" || character === "}") {
      if (--depth === 0) items.push(text.slice(start, at).trim());
    } else if (character === "," && depth === 1) {
      items.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return items;
}
