import { firstCharacters } from "./text/characters.ts";

const MAX_GUID = 50;

/** Returns the part of a guid that identifies its job: the first 50 characters. */
export function jobGuid(sent: string): string {
  return firstCharacters(sent, MAX_GUID);
}
