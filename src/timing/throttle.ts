/**
 * Is a warning that repeats written this time? It is for the 1st, 2nd, 4th, 8th time and so on: an outage is one event,
 * not a flood, and still shows how long it has lasted.
 *
 * @param times - how often it has happened, from 1.
 */
export function isWrittenAgain(times: number): boolean {
  return Number.isInteger(Math.log2(times));
}
