import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { consumed } from "../consumers/consume-batches.ts";
import { serverCpuSeconds } from "../counts/server-processes.ts";

import { broker } from "../servers.ts";
import type { BenchQueue, Drain } from "./contender.ts";
import { cpuPerJob } from "./cpu-per-job.ts";
import { drained } from "./filled-queues.ts";
import { PREFETCH } from "./sizes.ts";

/** A consumer that takes longer than this has stopped. */
const LIMIT_MS = 300_000;

/**
 * Drains a queue with one of the scripts in `consumers/`, in a process of its own, like the worker.
 *
 * @param script - the file's name.
 * @param target - a folder or a database's address; empty if the consumer writes nothing.
 */
export async function consumerDrain(queue: BenchQueue, script: string, target: string): Promise<Drain> {
  const { mix, path } = queue;
  const { url } = await broker();
  const file = fileURLToPath(new URL(`../consumers/${script}`, import.meta.url));
  const args = ["--import", "tsx", file, url, path, String(PREFETCH), String(mix.bodies.length), target];
  const before = await serverCpuSeconds();
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS });
  const after = await serverCpuSeconds();
  await drained(queue);
  const { seconds, cpu_seconds: worker } = consumed.parse(JSON.parse(stdout));
  return {
    jobs_per_s: mix.jobMessages / seconds,
    cpu_us_per_job: cpuPerJob({ worker: 0, ...before }, { worker, ...after }, mix.jobMessages),
    peak_rss_mib: null,
    besides: {},
  };
}
