import type { CountedProcess } from "./contender.ts";

export type CpuSeconds = Readonly<Partial<Record<CountedProcess, number>>>;

/** Returns the CPU time between two readings, in microseconds per job. A process that is missing from either reading is left out. */
export function cpuPerJob(before: CpuSeconds, after: CpuSeconds, jobs: number): CpuSeconds {
  const used: Partial<Record<CountedProcess, number>> = {};
  for (const [name, seconds] of Object.entries(after) as [CountedProcess, number][]) {
    const from = before[name];
    if (from !== undefined) used[name] = ((seconds - from) / jobs) * 1e6;
  }
  return used;
}
