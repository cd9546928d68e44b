/**
 * Returns the order of one round: A B C, then B C A, then C A B. Each round has everybody once, so that slow minutes of the
 * machine hit all of them. Each begins in another place, so that nobody always follows the same one.
 */
export function turnsOf<T>(all: readonly T[], round: number): T[] {
  if (all.length === 0) return [];
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
