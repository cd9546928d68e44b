import type { Drain } from "../../contenders/contender.ts";
import type { Measured } from "../../part.ts";
import { cpuSpread, memorySpread, rateRatio, rateSpread } from "./drain-spreads.ts";

/** Returns the figures of the worker's drains, with the ratio of their rates to those of the bare consumer. */
export function workerMeasured(what: string, drains: readonly Drain[], limit: readonly Drain[]): Measured {
  const jobs_per_s = rateSpread(drains);
  const cpu_s_per_10k = cpuSpread(drains);
  const peak_rss_mib = memorySpread(drains);
  const ratio = rateRatio(drains, limit);
  return {
    what,
    figures: {
      jobs_per_s: jobs_per_s.median,
      cpu_s_per_10k: cpu_s_per_10k.median,
      peak_rss_mib: peak_rss_mib.max,
      ratio: ratio.median,
    },
    spreads: { jobs_per_s, cpu_s_per_10k, peak_rss_mib, ratio },
  };
}
