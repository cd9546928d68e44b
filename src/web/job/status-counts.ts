import { printable } from "../../domain/text/printable.ts";

/** Returns how often each status appears, the most frequent first: `15 success, 3 testfailed`. */
export function statusCounts(statuses: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${printable(status)}`)
    .join(", ");
}
