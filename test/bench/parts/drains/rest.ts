import { CONNECTIONS, ITEMS } from "../../contenders/sizes.ts";
import type { Part } from "../../part.ts";
import { besideSpread, rateRatio, rateSpread } from "./drain-spreads.ts";

/** The worker with an empty embedded store, which receives signed collections over REST instead of published messages. */
export const rest = {
  goals: { ratio: { atLeast: 0.5 } },
  contenders: ["sqlite", "rest"],
  async measure(drains) {
    const jobs_per_s = rateSpread(drains.rest);
    const p50_ms = besideSpread(drains.rest, "p50_ms", 0);
    const p99_ms = besideSpread(drains.rest, "p99_ms", 0);
    const ratio = rateRatio(drains.rest, drains.sqlite);
    return {
      what: `collections of ${ITEMS} jobs from ${CONNECTIONS} connections into SQLite; ratio to sqlite`,
      figures: {
        jobs_per_s: jobs_per_s.median,
        p50_ms: p50_ms.median,
        p99_ms: p99_ms.median,
        ratio: ratio.median,
      },
      spreads: { jobs_per_s, p50_ms, p99_ms, ratio },
    };
  },
} satisfies Part;
