import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { fillStore } from "../fill-store.ts";
import type { BenchQueue, Drain } from "./contender.ts";
import { JOBS_THERE } from "./sizes.ts";
import { workerDrain } from "./worker-drain.ts";

/** Drains a queue with a worker whose store already holds many jobs. The same store is used in all rounds. */
export async function fullStoreDrain(queue: BenchQueue, dataDir: string): Promise<Drain> {
  if (!existsSync(dataDir)) await fillNewStore(dataDir);
  return workerDrain(queue, { dataDir, mongodbUrl: null });
}

async function fillNewStore(dataDir: string): Promise<void> {
  await mkdir(dataDir);
  const store = await openSqliteStore(dataDir, 30);
  await fillStore(store, JOBS_THERE);
  await store.close();
}
