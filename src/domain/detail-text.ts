import { firstCharacters } from "./text/characters.ts";

const MAX_CHARACTERS = 512;

/** Returns the title, value or URL of a job detail, truncated to the length that is shown. */
export function detailText(text: string): string {
  return firstCharacters(text, MAX_CHARACTERS);
}
