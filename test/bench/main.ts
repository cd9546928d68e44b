/**
 * `npm run bench`: how fast the worker drains a queue that was filled before, as a ratio to a bare consumer of the same
 * messages in the same run. `--json` prints one object on standard output and nothing else there.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { columns } from "../../src/cli/columns.ts";
import { judgeDelivery } from "../../src/ingest/judge-delivery.ts";
import { aDelivery, schemas } from "../examples.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { messageMix } from "./message-mix.ts";
import { processUsage } from "./process-usage.ts";

const JOBS = 12_000;
const PREFETCH = 400;
const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const { bodies, jobMessages } = messageMix(JOBS, "bench");

const broker = await startRabbitmq({ series: "any" });
const limit = await bareConsumer();
const sqlite = await worker();
await broker.stop();
const pure = purePart();

const ratio = (value: number, of: number): number => Math.round((value / of) * 1000) / 1000;
const report = {
  limit: { jobs_per_s: limit },
  sqlite: { ...sqlite, ratio: ratio(sqlite.jobs_per_s, limit) },
  pure: { jobs_per_s: pure.judged, ratio: ratio(pure.judged, pure.parsed) },
};
if (values.json) {
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  const rows = [
    ["", "jobs/s", "ratio", "CPU s / 10,000 jobs", "peak MiB"],
    [`bare consumer, ${broker.name}`, String(limit), "1", "", ""],
    [
      "worker into SQLite",
      String(sqlite.jobs_per_s),
      String(report.sqlite.ratio),
      String(sqlite.cpu_s_per_10k),
      String(sqlite.peak_rss_mib),
    ],
    ["decode, validate, normalise alone", String(pure.judged), String(report.pure.ratio), "", ""],
  ];
  process.stdout.write(columns(rows));
  process.stdout.write(
    "The last ratio is to JSON.parse and the compiled schema alone, over the same bytes.\n",
  );
}

async function filledQueue(): Promise<WorkerStory> {
  const story = await WorkerStory.on(broker.url);
  await story.channel.assertQueue(story.queue, { durable: true });
  await story.channel.bindQueue(story.queue, story.exchange, "#");
  for (let at = 0; at < bodies.length; at += 1000) await story.publish(...bodies.slice(at, at + 1000));
  return story;
}

async function bareConsumer(): Promise<number> {
  const story = await filledQueue();
  const script = fileURLToPath(new URL("bare-consumer.ts", import.meta.url));
  const args = ["--import", "tsx", script, broker.url, story.queue, String(PREFETCH), String(bodies.length)];
  const seconds = Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
  await story.end();
  return Math.round(jobMessages / seconds);
}

async function worker(): Promise<{ jobs_per_s: number; cpu_s_per_10k: number; peak_rss_mib: number }> {
  const story = await filledQueue();
  const process = await story.start({ LOG_LEVEL: "info", PREFETCH: String(PREFETCH) });
  const begun = performance.now();
  const before = processUsage(process.pid);
  const store = await story.store();
  // Order is kept: once the last job is stored, all before it are.
  const [project, guid] = lastJob();
  while ((await store.findJob(project, guid))?.job.state !== "completed") {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const seconds = (performance.now() - begun) / 1000;
  const after = processUsage(process.pid);
  await store.close();
  await process.stop();
  await story.end();
  return {
    jobs_per_s: Math.round(jobMessages / seconds),
    cpu_s_per_10k: ratio2(((after.cpuSeconds - before.cpuSeconds) / jobMessages) * 10_000),
    peak_rss_mib: Math.round(after.peakRssMib),
  };
}

function ratio2(value: number): number {
  return Math.round(value * 100) / 100;
}

function lastJob(): [project: string, guid: string] {
  const last = JSON.parse(bodies.at(-1)?.toString() ?? "null");
  const message = Array.isArray(last) ? last.at(-1) : last;
  return [message.origin.project, message.taskId];
}

function purePart(): { judged: number; parsed: number } {
  const options = { schemas, maxDepth: 64, tiers: new Map(), acceptsProject: () => true };
  const deliveries = bodies.slice(0, 10_000).map((body) => aDelivery(body));
  let accepted = 0;
  const judge = () => {
    for (const delivery of deliveries) {
      for (const verdict of judgeDelivery(delivery, options)) if (verdict.kind === "accepted") accepted++;
    }
  };
  const parse = () => {
    for (const { body } of deliveries) {
      const value: unknown = JSON.parse(body.toString());
      for (const item of Array.isArray(value) ? value : [value]) if (schemas.isJob(item)) accepted++;
    }
  };
  const perSecond = (work: () => void): number => {
    work();
    accepted = 0;
    const begun = performance.now();
    for (let round = 0; round < 3; round++) work();
    return Math.round(accepted / ((performance.now() - begun) / 1000));
  };
  return { judged: perSecond(judge), parsed: perSecond(parse) };
}
