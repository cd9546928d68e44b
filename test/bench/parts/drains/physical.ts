import type { Part } from "../../part.ts";
import { rateRatio, rateSpread } from "./drain-spreads.ts";

/**
 * The physical limit on this machine: the bare consumer that also writes each message's bytes as one row (SQLite), or the parsed
 * messages of a batch with one `insertMany` (MongoDB's protocol).
 */
export const physical = {
  goals: { mongodb_ratio: { atLeast: 0.35 } },
  contenders: ["sqlite", "mongodb", "physicalSqlite", "physicalMongodb"],
  async measure(drains) {
    const sqlite_jobs_per_s = rateSpread(drains.physicalSqlite);
    const mongodb_jobs_per_s = rateSpread(drains.physicalMongodb);
    const sqlite_ratio = rateRatio(drains.sqlite, drains.physicalSqlite);
    const mongodb_ratio = rateRatio(drains.mongodb, drains.physicalMongodb);
    return {
      what: "a bare consumer that also writes; ratio of the worker to it",
      figures: {
        sqlite_ratio: sqlite_ratio.median,
        mongodb_ratio: mongodb_ratio.median,
        sqlite_jobs_per_s: sqlite_jobs_per_s.median,
        mongodb_jobs_per_s: mongodb_jobs_per_s.median,
      },
      spreads: { sqlite_ratio, mongodb_ratio, sqlite_jobs_per_s, mongodb_jobs_per_s },
    };
  },
} satisfies Part;
