import type { Part } from "../../part.ts";
import { rateRatio, rateSpread } from "./drain-spreads.ts";

/**
 * The worker compared with a plain consumer, which makes one upsert and one acknowledgement per message, as a team would write it first.
 */
export const peers = {
  goals: {},
  contenders: ["mongodb", "plain"],
  async measure(drains) {
    const plain_jobs_per_s = rateSpread(drains.plain);
    const plain_ratio = rateRatio(drains.mongodb, drains.plain);
    return {
      what: "a plain consumer into the same database; ratio of the worker to it",
      figures: { plain_ratio: plain_ratio.median, plain_jobs_per_s: plain_jobs_per_s.median },
      spreads: { plain_ratio, plain_jobs_per_s },
    };
  },
} satisfies Part;
