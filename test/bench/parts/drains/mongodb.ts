import type { Part } from "../../part.ts";
import { workerMeasured } from "./worker-measured.ts";

/** The worker with a MongoDB-protocol server on the same machine. The target for its rate is a figure of `physical`. */
export const mongodb = {
  goals: { peak_rss_mib: { atMost: 256 } },
  contenders: ["limit", "mongodb"],
  measure: async (drains) =>
    workerMeasured("the worker into a database; ratio to the limit", drains.mongodb, drains.limit),
} satisfies Part;
