import type { Drain } from "../../contenders/contender.ts";
import { ratios, type Spread, spreadOf } from "../../spread.ts";

/** The spread of the rates of one contender, in jobs per second. */
export function rateSpread(drains: readonly Drain[]): Spread {
  return spreadOf(ratesOf(drains), 0);
}

/** The spread of the ratios of two contenders' rates, each within one round. */
export function rateRatio(drains: readonly Drain[], others: readonly Drain[]): Spread {
  return spreadOf(ratios(ratesOf(drains), ratesOf(others)), 3);
}

/** The spread of the worker's CPU seconds for 10,000 jobs. */
export function cpuSpread(drains: readonly Drain[]): Spread {
  return spreadOf(
    drains.map(({ cpu_us_per_job }) => (cpu_us_per_job.worker ?? Number.NaN) / 100),
    2,
  );
}

/** The spread of the worker's peak memory, in MiB. The target applies to the maximum. */
export function memorySpread(drains: readonly Drain[]): Spread {
  return spreadOf(
    drains.map(({ peak_rss_mib }) => peak_rss_mib ?? Number.NaN),
    0,
  );
}

/** The spread of a figure that only this contender reports. */
export function besideSpread(drains: readonly Drain[], name: string, digits: number): Spread {
  return spreadOf(
    drains.map(({ besides }) => besides[name] ?? Number.NaN),
    digits,
  );
}

function ratesOf(drains: readonly Drain[]): number[] {
  return drains.map(({ jobs_per_s }) => jobs_per_s);
}
