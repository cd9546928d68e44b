/**
 * Returns whether to log a repeated warning this time: the 1st, 2nd, 4th, 8th time and so on. An outage then causes a few log lines
 * instead of a flood, and the lines still show how long it has lasted.
 *
 * @param times - how often the problem has occurred, from 1.
 */
export function isWrittenAgain(times: number): boolean {
  return Number.isInteger(Math.log2(times));
}
