import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkerProcess } from "../../servers/worker-process.ts";
import { until } from "../../until.ts";

const MAIN_THREAD = "0";

/** Counts what a worker's JavaScript allocates on all of its threads; see `sample-allocations.mjs`. */
export interface AllocationCount {
  /** Environment variables for the worker whose allocations are counted. */
  readonly env: NodeJS.ProcessEnv;
  start(worker: WorkerProcess): void;
  /** Returns the bytes allocated since `start`. */
  stop(worker: WorkerProcess): Promise<number>;
}

export async function openAllocationCount(): Promise<AllocationCount> {
  const folder = await mkdtemp(join(tmpdir(), "pulse-ingest-allocations-"));
  const preload = new URL("sample-allocations.mjs", import.meta.url).href;
  return {
    env: { NODE_OPTIONS: `--import=${preload}`, ALLOCATIONS: folder },
    start: (worker) => worker.signal("SIGUSR2"),
    async stop(worker) {
      worker.signal("SIGUSR2");
      await until(async () => (await readdir(folder)).includes(MAIN_THREAD));
      // The main thread passes the signal on to the other threads, which answer before the worker ends.
      await worker.stop();
      const files = await readdir(folder);
      const bytes = await Promise.all(
        files.map(async (file) => Number(await readFile(join(folder, file), "utf8"))),
      );
      await rm(folder, { recursive: true });
      return bytes.reduce((sum, each) => sum + each, 0);
    },
  };
}
