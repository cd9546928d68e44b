import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../src/store/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { type DrainFigures, drain, medianOf, RUNS } from "./drain.ts";
import { fillStore } from "./fill-store.ts";
import { once, type Part, rounded } from "./part.ts";

/** More than a worker removes during a drain. */
const OLD_JOBS = 20_000;
/** They are older than this, and those of the drain are not. */
const LONG_AGO = "2026-06-01T00:00:00.000Z";

/** Measures what the worker with an embedded store loses while it removes old jobs in the background. */
export const retention = {
  goals: { ratio_to_off: { atLeast: 0.95 } },
  measure: once(async () => {
    const off: DrainFigures[] = [];
    const on: DrainFigures[] = [];
    let removed = 0;
    // In turns, because the machine may get slower or faster meanwhile.
    for (let run = 0; run < RUNS; run++) {
      off.push((await drainBesideOldJobs(`kept${run}`, {})).figures);
      const expiring = await drainBesideOldJobs(`expiring${run}`, { RETAIN_DAYS: "30" });
      on.push(expiring.figures);
      removed += expiring.removed;
    }
    const [usual, beside] = [medianOf(off), medianOf(on)];
    return {
      what: `the worker into SQLite, while it removes some of ${OLD_JOBS} old jobs and while it does not`,
      figures: {
        ratio_to_off: rounded(beside.jobs_per_s / usual.jobs_per_s, 3),
        removed_jobs_per_drain: Math.round(removed / RUNS),
      },
    };
  }),
} satisfies Part;

async function drainBesideOldJobs(
  prefix: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly figures: DrainFigures; readonly removed: number }> {
  const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-retention-"));
  try {
    await withStore(dataDir, (store) => fillStore(store, OLD_JOBS));
    const figures = await drain(prefix, { dataDir, mongodbUrl: null, env });
    const left = await withStore(dataDir, async (store) => {
      let jobs = 0;
      for (const project of await store.listProjectNames(100)) {
        const query = { project, finishedBefore: LONG_AGO, unfinishedBefore: LONG_AGO };
        jobs += (await store.countExpired(query)).jobs;
      }
      return jobs;
    });
    return { figures, removed: OLD_JOBS - left };
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

async function withStore<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(dataDir, 30);
  return work(store).finally(() => store.close());
}
