import type { Part } from "../../part.ts";
import { rateSpread } from "./drain-spreads.ts";

/** The rate of a bare consumer that acknowledges like the worker, and does nothing else. */
export const limit = {
  goals: {},
  contenders: ["limit"],
  async measure(drains) {
    const jobs_per_s = rateSpread(drains.limit);
    return { what: "a bare consumer", figures: { jobs_per_s: jobs_per_s.median }, spreads: { jobs_per_s } };
  },
} satisfies Part;
