/** Computing time of one measurement of {@link slowdown}, in milliseconds. */
const SPIN_MS = 30;

/**
 * Returns how much longer computing takes now than it would on an idle machine, at least 1. Other tests run beside this one, and budgets
 * are meant for an idle machine.
 */
export function slowdown(): number {
  const from = performance.now();
  const used = process.cpuUsage();
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage(used);
    return (user + system) / 1000;
  };
  while (usedMs() < SPIN_MS);
  return Math.max(1, (performance.now() - from) / usedMs());
}

const MOST_RUNS = 5;

/**
 * Measures until one run is within its limit, five times at most.
 *
 * @param measure - returns a time in milliseconds.
 * @returns the best time, as it would be on an idle machine.
 */
export async function idleMs(limitMs: number, measure: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < MOST_RUNS && best > limitMs; run++) {
    const before = slowdown();
    const tookMs = await measure();
    best = Math.min(best, tookMs / Math.max(before, slowdown()));
  }
  return best;
}
