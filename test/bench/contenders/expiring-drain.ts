import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { fillStore } from "../fill-store.ts";
import type { BenchQueue, Drain } from "./contender.ts";
import { OLD_JOBS } from "./sizes.ts";
import { workerDrain } from "./worker-drain.ts";

/** The old jobs are older than this, and those of the drain are not. */
const LONG_AGO = "2026-06-01T00:00:00.000Z";
/** With so short a time, a worker begins to remove jobs within a second of its start. All projects have another one. */
const SOON = { RETAIN_DAYS: "0.0001" };
const RETAIN = 'retain: { "*": 30 }\n';

/** Drains a queue with a worker that removes old jobs in the background. @throws Error if none were left at the end. */
export async function expiringDrain(queue: BenchQueue, dataDir: string): Promise<Drain> {
  await withStore(dataDir, (store) => fillStore(store, OLD_JOBS));
  appendFileSync(join(queue.story.folder, "exchanges.yml"), RETAIN);
  const drain = await workerDrain(queue, { dataDir, mongodbUrl: null, env: SOON });
  queue.story.listExchanges([queue.story.exchange]);
  const left = await withStore(dataDir, countOldJobs);
  if (left === 0) throw new Error(`all of ${OLD_JOBS} old jobs were gone before the drain ended`);
  return { ...drain, besides: { removed_jobs: OLD_JOBS - left } };
}

async function countOldJobs(store: Store): Promise<number> {
  let jobs = 0;
  for (const project of await store.listProjectNames(100)) {
    const query = { project, finishedBefore: LONG_AGO, unfinishedBefore: LONG_AGO };
    jobs += (await store.countExpired(query)).jobs;
  }
  return jobs;
}

async function withStore<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(dataDir, 30);
  return work(store).finally(() => store.close());
}
