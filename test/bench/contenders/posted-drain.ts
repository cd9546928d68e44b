import * as z from "zod";
import { TreeherderClient } from "../../../client/src/index.ts";
import { writeSource } from "../../../src/domain/text/source-json.ts";
import { judgeDelivery } from "../../../src/judge/judge-delivery.ts";
import { aDelivery, limits, schemas } from "../../examples.ts";
import { addClient } from "../../servers/add-client.ts";
import type { WorkerProcess } from "../../servers/worker-process.ts";
import type { MessageMix } from "../message-mix.ts";
import { percentile } from "../part.ts";
import { processUsage } from "../process-usage.ts";
import type { BenchQueue, Drain } from "./contender.ts";
import { cpuPerJob } from "./cpu-per-job.ts";
import { CONNECTIONS, ITEMS } from "./sizes.ts";

/** Items of one project, as JSON. */
interface Collection {
  readonly project: string;
  readonly items: readonly string[];
}

/**
 * Posts signed collections to a worker with an empty embedded store. Its start is not measured: the clock starts with the first request,
 * and stops with the last answer.
 */
export async function postedDrain({ story, name, mix }: BenchQueue): Promise<Drain> {
  const store = await story.store();
  const credentials = await addClient(store, "bench");
  await store.close();
  const worker = await story.start({ LOG_LEVEL: "info", QUEUE_NAME: name, REST_JOBS_PER_MINUTE: "0" });
  const { url } = await worker.untilEvent("public_listening");
  const client = new TreeherderClient({ serverUrl: String(url), ...credentials, retries: 0 });
  const collections = collectionsOf(mix);
  const jobs = collections.reduce((sum, { items }) => sum + items.length, 0);
  const latenciesMs: number[] = [];
  const waiting = collections.values();

  async function postOneByOne(): Promise<void> {
    for (const { project, items } of waiting) {
      const sentAtMs = performance.now();
      const { rejected, results } = await client.postJson(project, "jobs", items);
      latenciesMs.push(performance.now() - sentAtMs);
      if (results.length !== items.length || rejected.length > 0) {
        throw new Error(`${results.length} verdicts on ${items.length} items, ${rejected.length} rejected`);
      }
    }
  }

  const before = { worker: processUsage(worker.pid).cpuSeconds };
  const begunAtMs = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, postOneByOne));
  const seconds = (performance.now() - begunAtMs) / 1000;
  const { cpuSeconds, peakRssMib } = processUsage(worker.pid);
  await endsWell(worker, jobs);
  return {
    jobs_per_s: jobs / seconds,
    cpu_us_per_job: cpuPerJob(before, { worker: cpuSeconds }, jobs),
    peak_rss_mib: peakRssMib,
    besides: { p50_ms: percentile(latenciesMs, 0.5), p99_ms: percentile(latenciesMs, 0.99) },
  };
}

/** Returns the jobs of the message mix as a client would post them: in the mix's order, each collection for one project. */
function collectionsOf({ bodies }: MessageMix): Collection[] {
  const options = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
  const collections: Collection[] = [];
  const open = new Map<string, string[]>();
  for (const body of bodies) {
    for (const verdict of judgeDelivery(aDelivery(body), options)) {
      if (verdict.kind !== "accepted") continue;
      const { project } = verdict.posted;
      const items = open.get(project) ?? [];
      items.push(writeSource(verdict.posted));
      if (items.length === ITEMS) collections.push({ project, items });
      open.set(project, items.length === ITEMS ? [] : items);
    }
  }
  return collections;
}

const stopped = z.object({ outcomes: z.record(z.string(), z.number()) });

/** @throws Error if the worker's job counts differ from what was posted. */
async function endsWell(worker: WorkerProcess, jobs: number): Promise<void> {
  const code = await worker.stop();
  const { outcomes } = stopped.parse(worker.lines.find(({ event }) => event === "stopped"));
  const { stored = 0, unchanged = 0 } = outcomes;
  if (code !== 0 || stored + unchanged !== jobs) {
    throw new Error(
      `${stored} stored, ${unchanged} unchanged of ${jobs}; exit code ${code}. ${worker.troubles()}`,
    );
  }
}
