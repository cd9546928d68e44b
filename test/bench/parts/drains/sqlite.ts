import type { Part } from "../../part.ts";
import { workerMeasured } from "./worker-measured.ts";

/** The worker with an embedded store that is empty at first. */
export const sqlite = {
  goals: { ratio: { atLeast: 0.35 }, peak_rss_mib: { atMost: 256 } },
  contenders: ["limit", "sqlite"],
  measure: async (drains) =>
    workerMeasured("the worker into SQLite; ratio to the limit", drains.sqlite, drains.limit),
} satisfies Part;
