import { dropSplitCharacter } from "../inflate/log-text.ts";
import { PERFORMANCE } from "./performance-data.ts";

/** The length to which a line is cut before it is read, in bytes, including its LF. */
const MAX_LINE_BYTES = 500;

/**
 * Returns the part of a line that is read: its first 500 bytes, or its first `maxBytes` bytes if it contains performance data.
 *
 * @param line - bytes as characters, with its LF. A line longer than `maxBytes` may have been cut beyond that length.
 * @param maxBytes - the limit for every line, at least 500.
 */
export function cutLine(line: string, maxBytes: number): string {
  if (line.length <= MAX_LINE_BYTES) return line;
  const end = line.includes(PERFORMANCE) ? maxBytes : MAX_LINE_BYTES;
  return line.length <= end ? line : dropSplitCharacter(line.slice(0, end));
}
