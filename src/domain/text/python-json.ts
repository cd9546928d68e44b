import { stringEnd } from "./source-json.ts";

/**
 * Parses a JSON text. The numbers `NaN` and `Infinity`, which Python writes although JSON does not allow them, count as null, so that
 * the rest of the text can be used.
 *
 * @returns null if the text is not JSON.
 */
export function parsePythonJson(text: string): unknown {
  return parsed(text) ?? (/NaN|Infinity/.test(text) ? parsed(withoutOddNumbers(text)) : null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function withoutOddNumbers(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  const quoteOrNumber = /"|NaN|-?Infinity/g;
  for (let found = quoteOrNumber.exec(text); found !== null; found = quoteOrNumber.exec(text)) {
    if (found[0] === '"') {
      quoteOrNumber.lastIndex = stringEnd(text, found.index);
    } else {
      pieces.push(text.slice(from, found.index), "null");
      from = quoteOrNumber.lastIndex;
    }
  }
  return pieces.join("") + text.slice(from);
}
