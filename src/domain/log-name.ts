import { firstCharacters } from "./text/characters.ts";

const MAX_LOG_NAME = 50;

/** Returns the part of a log's name that is kept: the first 50 characters. */
export function logName(sent: string): string {
  return firstCharacters(sent, MAX_LOG_NAME);
}
