import { say } from "./run-command.ts";
import { wordsOf } from "./server-missing.ts";

/** The option for a mirror that was frozen in the past: its index is still signed, but has expired. */
const UNCHECKED = '--aptopt=Acquire::Check-Valid-Until "false"';

/**
 * Makes something from a mirror with all of apt's checks. If the mirror's index has expired, it prints that, and retries
 * without the check of the index's age.
 * @param make - runs mmdebstrap with these additional options.
 * @param clear - removes what a failed attempt has left.
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

/** Matches apt's message: `Release file for http://mirror/dists/suite/InRelease is expired (invalid since ...)`. */
function hasExpired(words: string): boolean {
  return /Release file for \S+ is expired/.test(words);
}
