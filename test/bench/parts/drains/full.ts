import { JOBS_THERE } from "../../contenders/sizes.ts";
import type { Part } from "../../part.ts";
import { rateRatio } from "./drain-spreads.ts";

/** The worker with an embedded store that already holds many jobs. */
export const full = {
  goals: { ratio_to_empty: { atLeast: 0.8 } },
  contenders: ["sqlite", "full"],
  async measure(drains) {
    const ratio_to_empty = rateRatio(drains.full, drains.sqlite);
    return {
      what: `the worker into SQLite that holds ${JOBS_THERE} jobs; ratio to sqlite`,
      figures: { ratio_to_empty: ratio_to_empty.median },
      spreads: { ratio_to_empty },
    };
  },
} satisfies Part;
