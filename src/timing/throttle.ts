/**
 * Returns whether a repeated warning is written this time: the 1st, 2nd, 4th, 8th time and so on. An outage then makes
 * a few lines instead of a flood, and the lines still show how long it has lasted.
 *
 * @param times - how often it has happened, from 1.
 */
export function isWrittenAgain(times: number): boolean {
  return Number.isInteger(Math.log2(times));
}
