import { say } from "./run-command.ts";
import { wordsOf } from "./server-missing.ts";

/** For a mirror that was frozen in the past: its index is still signed, but says of itself that it is too old. */
const UNCHECKED = '--aptopt=Acquire::Check-Valid-Until "false"';

/**
 * Makes something from a mirror with all of apt's checks; only where the mirror's index has expired, without the one for
 * its age, and says so.
 *
 * @param make - runs mmdebstrap with these options more.
 * @param clear - removes what a try has left.
 */
export async function withValidIndex(
  make: (options: readonly string[]) => Promise<void>,
  clear: () => Promise<void>,
): Promise<void> {
  try {
    await make([]);
  } catch (error) {
    if (!hasExpired(wordsOf(error))) throw error;
    say("the mirror's index has expired, so its age is not checked (Acquire::Check-Valid-Until)");
    await clear();
    await make([UNCHECKED]);
  }
}

/** In apt's words: `Release file for http://mirror/dists/suite/InRelease is expired (invalid since ...)`. */
function hasExpired(words: string): boolean {
  return /Release file for \S+ is expired/.test(words);
}
