import { countBrackets } from "../../domain/text/json-size.ts";
import { parsePythonJson } from "../../domain/text/python-json.ts";

/**
 * The most objects and arrays in a JSON text that is parsed for a page. A message may have as many. Parsing a megabyte of brackets
 * alone would block the process for a fifth of a second.
 */
const MAX_BRACKETS = 100_000;

/** Returns the value of a JSON text, or null if it is not JSON or contains so many objects and arrays that parsing would take long. */
export function readJson(text: string): unknown {
  if (countBrackets(text, MAX_BRACKETS) > MAX_BRACKETS) return null;
  // Publishers may store any text as JSON. Callers then show nothing of it, but the Data tab shows the text.
  return parsePythonJson(text);
}
