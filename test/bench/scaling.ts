/**
 * `npm run bench:scaling`: one, two and three workers drain one queue, classic and quorum, into the MongoDB-protocol
 * server. All of them share this machine with the broker and the database, so the table shows the limit of one machine, and the cost
 * of a queue type. It says nothing about several machines.
 */
import { setTimeout as wait } from "node:timers/promises";
import { columns } from "../../src/cli/output/columns.ts";
import { workerStatus } from "../../src/http/observe/worker-status.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { publishAll } from "./contenders/filled-queues.ts";
import { messageMix } from "./message-mix.ts";
import { rounded } from "./part.ts";
import { broker, mongodb, stopServers } from "./servers.ts";

const QUEUE_TYPES = ["classic", "quorum"] as const;
const WORKERS = [1, 2, 3];
const JOBS = 20_000;

try {
  const { url, name } = await mongodb();
  const rows = [["queue", "workers", "jobs/s", "to one worker"]];
  for (const type of QUEUE_TYPES) {
    let alone: number | null = null;
    for (const workers of WORKERS) {
      const rate = await drainRate(type, workers, `${url}scaling_${type}_${workers}`);
      alone ??= rate;
      rows.push([type, String(workers), String(Math.round(rate)), String(rounded(rate / alone, 2))]);
    }
  }
  process.stdout.write(`${(await broker()).name}; ${name}\n${columns(rows)}`);
} finally {
  await stopServers();
}

/** Returns jobs per second, from when all workers consume until all jobs have ended. */
async function drainRate(
  type: (typeof QUEUE_TYPES)[number],
  count: number,
  mongodbUrl: string,
): Promise<number> {
  const story = await WorkerStory.on((await broker()).url);
  // A worker declares and binds the queue, as in production.
  await (await story.start({ QUEUE_TYPE: type })).stop();
  const mix = messageMix(JOBS, `${type}${count}`);
  await publishAll(story, mix);
  const workers = Array.from({ length: count }, () =>
    story.add({ LOG_LEVEL: "info", QUEUE_TYPE: type, MONGODB_URL: mongodbUrl }),
  );
  await Promise.all(workers.map((worker) => worker.untilEvent("consuming")));
  const begunAtMs = performance.now();
  const endedBefore = await endedJobs(workers);
  while ((await endedJobs(workers)) < mix.jobMessages) await wait(50);
  const seconds = (performance.now() - begunAtMs) / 1000;
  await Promise.all(workers.map((worker) => worker.stop()));
  const { messageCount } = await story.channel.checkQueue(story.queue);
  if (messageCount > 0) throw new Error(`${messageCount} messages are left in the queue`);
  await story.end();
  return (mix.jobMessages - endedBefore) / seconds;
}

async function endedJobs(workers: readonly WorkerProcess[]): Promise<number> {
  const ended = await Promise.all(workers.map(endedJobsOf));
  return ended.reduce((sum, jobs) => sum + jobs, 0);
}

async function endedJobsOf(worker: WorkerProcess): Promise<number> {
  const { url } = await worker.untilEvent("http_listening");
  const status = workerStatus.parse(await (await fetch(`${url}/status`)).json());
  return Object.values(status.jobs.outcomes).reduce((sum, jobs) => sum + jobs, 0);
}
