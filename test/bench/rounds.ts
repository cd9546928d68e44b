/**
 * Returns the order of one round: A B C, then B C A, then C A B. Each round contains every contender once, so that slow minutes of
 * the machine affect all of them. Each round begins with another contender, so that no contender always follows the same one.
 */
export function turnsOf<T>(all: readonly T[], round: number): T[] {
  if (all.length === 0) return [];
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
