import { type Figures, rounded } from "../part.ts";
import type { DrainCounts } from "./count-drain.ts";

/** Returns the counts, keyed by their names in the report. Null means not counted. */
export function countFigures(drain: DrainCounts, walBytes: number | null): Figures {
  const { jobs, batches, allocatedBytes, writes } = drain;
  const perBatch = (calls: number): number => rounded(calls / batches, 2);
  return {
    jobs_per_batch: rounded(jobs / batches, 1),
    fsyncs_per_batch: typeof writes === "string" ? null : perBatch(writes.fsyncs),
    pwrites_per_batch: typeof writes === "string" ? null : perBatch(writes.pwrites),
    wal_bytes_per_job: walBytes === null ? null : Math.round(walBytes / jobs),
    allocated_bytes_per_job: Math.round(allocatedBytes / jobs),
  };
}
