import { dropSplitCharacter } from "../inflate/log-text.ts";
import { PERFORMANCE } from "./performance-data.ts";

/** A line is cut to so many bytes, its LF included, before anything looks at it. */
const MAX_LINE_BYTES = 500;

/**
 * The line as all readers see it: its first 500 bytes, or all of it where it holds performance data.
 *
 * @param line - bytes as characters, with its LF; one longer than `maxBytes` may have been cut after that.
 * @param maxBytes - of any line, at least 500.
 */
export function cutLine(line: string, maxBytes: number): string {
  if (line.length <= MAX_LINE_BYTES) return line;
  const end = line.includes(PERFORMANCE) ? maxBytes : MAX_LINE_BYTES;
  return line.length <= end ? line : dropSplitCharacter(line.slice(0, end));
}
