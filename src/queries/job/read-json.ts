import { countBrackets } from "../../domain/text/json-size.ts";

/**
 * The most objects and lists of a JSON text that is read for a page, as many as a message may have. A megabyte of brackets alone would
 * keep the process busy for a fifth of a second.
 */
const MAX_BRACKETS = 100_000;

/** Returns the value of a JSON text; null if it is not JSON, or holds so many objects and lists that reading it would take long. */
export function readJson(text: string): unknown {
  if (countBrackets(text, MAX_BRACKETS) > MAX_BRACKETS) return null;
  try {
    return JSON.parse(text);
  } catch {
    // Strangers may store any text as JSON. Each caller shows nothing of it then, and the Data tab shows the text.
    return null;
  }
}
