/** Single drains, for a bench that schedules its own turns. `npm run bench` itself runs them in rounds; see `contenders/`. */
import type { Drain } from "./contenders/contender.ts";
import { fillQueues } from "./contenders/filled-queues.ts";
import { type WorkerTarget, workerDrain } from "./contenders/worker-drain.ts";
import { messageMix } from "./message-mix.ts";

const JOBS = 20_000;

/** The store that the worker uses: SQLite in a folder, or a database. */
export interface Target extends Omit<WorkerTarget, "dataDir"> {
  /** Null means a new, empty store. */
  readonly dataDir: string | null;
}

/**
 * Fills a queue, and drains it with a worker.
 * @param prefix - distinguishes the jobs of different drains into the same store.
 */
export async function drain(prefix: string, target: Target): Promise<Drain> {
  const filled = await fillQueues(messageMix(JOBS, prefix), ["drain"]);
  const queue = filled.queueOf("drain");
  const figures = await workerDrain(queue, { ...target, dataDir: target.dataDir ?? queue.story.folder });
  await filled.done("drain");
  await filled.end();
  return figures;
}
