import { OLD_JOBS } from "../../contenders/sizes.ts";
import type { Part } from "../../part.ts";
import { besideSpread, rateRatio } from "./drain-spreads.ts";

/** Measures how much slower the worker with an embedded store is while it removes old jobs in the background. */
export const retention = {
  goals: { ratio_to_off: { atLeast: 0.95 } },
  contenders: ["sqlite", "retention"],
  async measure({ sqlite, retention: expiring }) {
    const ratio_to_off = rateRatio(expiring, sqlite);
    const removed_jobs_per_drain = besideSpread(expiring, "removed_jobs", 0);
    return {
      what: `the worker into SQLite, while it removes some of ${OLD_JOBS} old jobs; ratio to sqlite`,
      figures: {
        ratio_to_off: ratio_to_off.median,
        removed_jobs_per_drain: removed_jobs_per_drain.median,
      },
      spreads: { ratio_to_off, removed_jobs_per_drain },
    };
  },
} satisfies Part;
