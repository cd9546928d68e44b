import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../../src/store/open-store.ts";
import type { WorkerProcess } from "../../servers/worker-process.ts";
import { fillQueues, publishAll } from "../contenders/filled-queues.ts";
import { PREFETCH } from "../contenders/sizes.ts";
import { untilStored } from "../contenders/worker-drain.ts";
import { messageMix } from "../message-mix.ts";
import { openAllocationCount } from "./allocations.ts";
import { readBatches } from "./batches.ts";
import { traceWrites, type WriteCalls } from "./write-calls.ts";

export interface CountedStore {
  /** The database for the worker; null for the embedded store. */
  readonly mongodbUrl: string | null;
  /** The same database for this process, whose commands must not be counted. */
  readonly uncountedUrl: string | null;
  /** The processes whose file writes are counted. */
  readonly writers: (worker: WorkerProcess) => Promise<readonly number[]>;
}

/** Everything that was counted during a drain. */
export interface DrainCounts {
  readonly jobs: number;
  readonly batches: number;
  /** The bytes that the worker's JavaScript code allocated. */
  readonly allocatedBytes: number;
  /** The writes to files, or the reason, as text, why they could not be counted. */
  readonly writes: WriteCalls | string;
}

/**
 * Counts what a drain writes and allocates. Its speed is not measured, so it may be traced. The worker consumes before the
 * messages are published, so that its start is not counted.
 * @param jobs - how many jobs the mix of messages has.
 */
export async function countDrain(
  jobs: number,
  { mongodbUrl, uncountedUrl, writers }: CountedStore,
): Promise<DrainCounts> {
  const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-counts-"));
  const queues = await fillQueues(messageMix(jobs, "counted"), []);
  const { story, name, mix } = queues.queueOf("counted");
  const store = await openStore({ mongodbUrl: uncountedUrl, dataDir, rejectionTtlDays: 30 });
  const allocations = await openAllocationCount();
  try {
    const worker = await story.start({
      LOG_LEVEL: "info",
      QUEUE_NAME: name,
      PREFETCH: String(PREFETCH),
      DATA_DIR: dataDir,
      ...(mongodbUrl === null ? {} : { MONGODB_URL: mongodbUrl }),
      ...allocations.env,
    });
    const trace = await traceWrites(await writers(worker));
    const before = await readBatches(worker);
    allocations.start(worker);
    await publishAll(story, mix);
    await untilStored(store, mix);
    const after = await readBatches(worker);
    const writes = typeof trace === "string" ? trace : await trace();
    const allocatedBytes = await allocations.stop(worker);
    const batches = after.batches - before.batches;
    return { jobs: mix.jobMessages, batches, allocatedBytes, writes };
  } finally {
    await store.close();
    await queues.done("counted");
    await queues.end();
    await rm(dataDir, { recursive: true });
  }
}
