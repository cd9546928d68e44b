import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { chooseParts } from "./choose-parts.ts";
import type { Drain, Drains } from "./contenders/contender.ts";
import type { BenchOptions, Measured, Part } from "./part.ts";
import { archive } from "./parts/drains/archive.ts";
import { full } from "./parts/drains/full.ts";
import { limit } from "./parts/drains/limit.ts";
import { mongodb } from "./parts/drains/mongodb.ts";
import { peers } from "./parts/drains/peers.ts";
import { physical } from "./parts/drains/physical.ts";
import { rest } from "./parts/drains/rest.ts";
import { retention } from "./parts/drains/retention.ts";
import { sqlite } from "./parts/drains/sqlite.ts";
import { asObject, asTable, noise } from "./report.ts";

const options: BenchOptions = { rounds: 3, jobs: 500, show: () => undefined };

/** Returns three drains with this median. The machine is half as fast in the second round. */
function drainsAt(jobsPerSecond: number, besides: Drain["besides"] = {}): Drain[] {
  return [1, 0.5, 1.5].map((speed, round) => ({
    jobs_per_s: jobsPerSecond * speed,
    cpu_us_per_job: { worker: 100 / speed, broker: 40 },
    peak_rss_mib: 200 + round,
    besides,
  }));
}

const drains: Drains = {
  limit: drainsAt(40_000),
  sqlite: drainsAt(10_000),
  mongodb: drainsAt(4000),
  physicalSqlite: drainsAt(30_000),
  physicalMongodb: drainsAt(16_000),
  plain: drainsAt(2000),
  archive: drainsAt(9000, { share_of_bytes: 0.07, replay_per_s: 5000 }),
  retention: drainsAt(9500, { removed_jobs: 800 }),
  full: drainsAt(9000),
  rest: drainsAt(12_000, { p50_ms: 90, p99_ms: 190 }),
};

const noDrains: Drains = {
  ...{ limit: [], sqlite: [], mongodb: [], physicalSqlite: [], physicalMongodb: [], plain: [] },
  ...{ archive: [], retention: [], full: [], rest: [] },
};

/** The parts that only compare drains. The others measure something themselves. */
const parts: Readonly<Record<string, Part>> = {
  ...{ limit, sqlite, mongodb, physical, peers },
  ...{ rest, archive, retention, full },
};

async function measured(): Promise<Map<string, Measured>> {
  const report = new Map<string, Measured>();
  for (const [name, part] of Object.entries(parts)) report.set(name, await part.measure(drains, options));
  return report;
}

const rates = z.object({ jobs_per_s: z.number(), cpu_s_per_10k: z.number(), peak_rss_mib: z.number() });
/** The output of `--json` for these parts. */
const printed = z.strictObject({
  limit: z.strictObject({ jobs_per_s: z.number() }),
  sqlite: z.strictObject({ ...rates.shape, ratio: z.number() }),
  mongodb: z.strictObject({ ...rates.shape, ratio: z.number() }),
  physical: z.strictObject({
    sqlite_ratio: z.number(),
    mongodb_ratio: z.number(),
    sqlite_jobs_per_s: z.number(),
    mongodb_jobs_per_s: z.number(),
  }),
  peers: z.strictObject({ plain_ratio: z.number(), plain_jobs_per_s: z.number() }),
  rest: z.strictObject({
    jobs_per_s: z.number(),
    p50_ms: z.number(),
    p99_ms: z.number(),
    ratio: z.number(),
  }),
  archive: z.strictObject({
    ratio_to_off: z.number(),
    cpu_s_per_10k_off: z.number(),
    cpu_s_per_10k_on: z.number(),
    peak_rss_mib: z.number(),
    share_of_bytes: z.number(),
    replay_per_s: z.number(),
    replay_ratio_to_drain: z.number(),
  }),
  retention: z.strictObject({ ratio_to_off: z.number(), removed_jobs_per_drain: z.number() }),
  full: z.strictObject({ ratio_to_empty: z.number() }),
  noise,
});

describe("the output of the bench", () => {
  it("is one object with the figures of each part, as JSON", async () => {
    const object = printed.parse(JSON.parse(JSON.stringify(asObject(await measured(), options))));
    expect(object).toMatchObject({
      limit: { jobs_per_s: 40_000 },
      sqlite: { jobs_per_s: 10_000, cpu_s_per_10k: 1, peak_rss_mib: 202, ratio: 0.25 },
      mongodb: { jobs_per_s: 4000, ratio: 0.1 },
      physical: { sqlite_ratio: 0.333, mongodb_ratio: 0.25 },
      peers: { plain_ratio: 2, plain_jobs_per_s: 2000 },
      rest: { ratio: 1.2, p99_ms: 190 },
      archive: { ratio_to_off: 0.9, share_of_bytes: 0.07, replay_ratio_to_drain: 0.5 },
      retention: { ratio_to_off: 0.95, removed_jobs_per_drain: 800 },
      full: { ratio_to_empty: 0.9 },
    });
  });

  it("says how much each figure differed between rounds", async () => {
    const object = printed.parse(asObject(await measured(), options));
    expect(object.noise).toMatchObject({
      rounds: 3,
      sqlite: {
        jobs_per_s: { median: 10_000, min: 5000, max: 15_000 },
        // All were slower together, so their ratio did not change.
        ratio: { median: 0.25, min: 0.25, max: 0.25 },
      },
    });
  });

  it("is a table for people, with the same figures, their range and their goals", async () => {
    const lines = asTable(await measured(), parts).split("\n");
    const cellsOf = (start: RegExp) =>
      lines
        .find((line) => start.test(line))
        ?.split(/ {2,}/)
        .slice(1, 6);
    expect(cellsOf(/^sqlite +ratio/)).toEqual(["ratio", "0.25", "0.25", "0.25", "at least 0.35: MISSED"]);
    expect(cellsOf(/^sqlite +peak/)).toEqual(["peak_rss_mib", "202", "200", "202", "at most 256"]);
    expect(cellsOf(/^physical +mongodb_ratio/)?.[4]).toBe("at least 0.35: MISSED");
  });

  it("names the members of a group, and the figures that cannot be measured", () => {
    const counted = { what: "counts", figures: { sqlite: { fsyncs_per_batch: null, wal_bytes_per_job: 7 } } };
    const table = asTable(new Map([["counts", counted]]), parts);
    expect(table).toMatch(/counts +sqlite\.fsyncs_per_batch +not counted/);
    expect(table).toMatch(/counts +sqlite\.wal_bytes_per_job +7/);
  });
});

describe("the parts", () => {
  const names = { all: ["limit", "sqlite", "large"], usual: ["limit", "sqlite"] };

  it("are the usual ones, unless some are named", () => {
    expect(chooseParts(undefined, names)).toEqual(["limit", "sqlite"]);
    expect(chooseParts("large,limit", names)).toEqual(["limit", "large"]);
    expect(() => chooseParts("limit,fast", names)).toThrow(
      "no such part: fast; there are limit, sqlite, large",
    );
  });

  it("have goals only for figures that they report, and ask for the drains that they use", async () => {
    for (const [name, { figures, spreads }] of await measured()) {
      const { goals, contenders } = parts[name] ?? limit;
      expect(Object.keys(figures)).toEqual(expect.arrayContaining(Object.keys(goals)));
      const own: Partial<Record<string, readonly Drain[]>> = {};
      for (const contender of contenders) own[contender] = drains[contender];
      expect((await parts[name]?.measure({ ...noDrains, ...own }, options))?.spreads).toEqual(spreads);
    }
  });
});
