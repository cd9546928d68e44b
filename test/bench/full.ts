import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { medianDrain, RUNS } from "./drain.ts";
import { fillStore } from "./fill-store.ts";
import { once, type Part, rounded } from "./part.ts";
import { sqlite } from "./sqlite.ts";

const JOBS_THERE = 1_000_000;

/** Measures the worker with an embedded store that holds many jobs already. */
export const full = {
  goals: { ratio_to_empty: { atLeast: 0.8 } },
  measure: once(async () => {
    const { figures: empty } = await sqlite.measure();
    const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-full-"));
    try {
      const store = await openSqliteStore(dataDir, 30);
      await fillStore(store, JOBS_THERE);
      await store.close();
      const { jobs_per_s } = await medianDrain("full", () => ({ dataDir, mongodbUrl: null }), RUNS);
      return {
        what: `the worker into SQLite that holds ${JOBS_THERE} jobs; ratio to the empty one`,
        figures: { ratio_to_empty: rounded(jobs_per_s / empty.jobs_per_s, 3) },
      };
    } finally {
      await rm(dataDir, { recursive: true });
    }
  }),
} satisfies Part;
