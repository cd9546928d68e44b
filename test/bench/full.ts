import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeDelivery } from "../../src/ingest/judge-delivery.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Arrival } from "../../src/store/store.ts";
import { aDelivery, anArrival, schemas } from "../examples.ts";
import { medianDrain, RUNS } from "./drain.ts";
import { jobMessage } from "./message-mix.ts";
import { once, type Part, rounded } from "./part.ts";
import { sqlite } from "./sqlite.ts";

const JOBS_THERE = 1_000_000;
const AT_ONCE = 2000;

/** The worker into an embedded store that has been in use for long. */
export const full = {
  goals: { ratio_to_empty: { atLeast: 0.8 } },
  measure: once(async () => {
    const { figures: empty } = await sqlite.measure();
    const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-full-"));
    try {
      await fill(dataDir);
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

/** Completed jobs with their logs and artifacts, and no work left to do on them. */
async function fill(dataDir: string): Promise<void> {
  const store = await openSqliteStore(dataDir, 30);
  for (let at = 0; at < JOBS_THERE; at += AT_ONCE) await store.storeSubmissions(arrivals(at));
  await store.close();
}

function arrivals(from: number): Arrival[] {
  const options = { schemas, maxDepth: 64, tiers: new Map(), acceptsProject: () => true };
  const messages = Array.from({ length: AT_ONCE }, (_, n) => jobMessage("there", from + n, "completed"));
  const common = anArrival();
  return judgeDelivery(aDelivery(messages), options).map((verdict) => {
    if (verdict.kind !== "accepted") throw new Error(JSON.stringify(verdict));
    return { ...common, submission: { ...verdict.submission, suggestions_for: null } };
  });
}
