import { Misuse } from "../../domain/faults.ts";
import type { CommandOptions } from "./command-options.ts";

const DEFAULT_WAIT_SECONDS = 60;
const MAX_WAIT_SECONDS = 86_400;

/**
 * Reads `--wait` and `--timeout`. Returns how long to wait, in milliseconds; null: do not wait. @throws Misuse if they are
 * invalid.
 */
export function readWait({ wait, timeout }: CommandOptions): number | null {
  if (wait !== true) {
    if (timeout !== undefined) throw new Misuse(["--timeout has a meaning only with --wait: give both"]);
    return null;
  }
  const seconds = timeout === undefined ? DEFAULT_WAIT_SECONDS : Number(timeout);
  // Written with a negation, so that NaN is refused, too.
  if (!(seconds > 0 && seconds <= MAX_WAIT_SECONDS)) {
    throw new Misuse([`--timeout must be a number of seconds up to ${MAX_WAIT_SECONDS}; it is ${timeout}`]);
  }
  return seconds * 1000;
}
