import * as z from "zod";
import { TreeherderClient } from "../../client/src/index.ts";
import { writeSource } from "../../src/domain/text/source-json.ts";
import { judgeDelivery } from "../../src/judge/judge-delivery.ts";
import { aDelivery, limits, schemas } from "../examples.ts";
import { addClient } from "../servers/add-client.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { RUNS } from "./drain.ts";
import { messageMix } from "./message-mix.ts";
import { median, once, type Part, percentile, rounded } from "./part.ts";
import { broker } from "./servers.ts";
import { sqlite } from "./sqlite.ts";

const JOBS = 10_000;
const CONNECTIONS = 4;
const ITEMS = 100;

/** Items of one project, as JSON. */
interface Collection {
  readonly project: string;
  readonly items: readonly string[];
}

interface PostedRun {
  readonly jobsPerSecond: number;
  /** How long each request took, in milliseconds. */
  readonly latenciesMs: readonly number[];
}

/** Measures a worker with an empty embedded store, to which signed collections are posted instead of published messages. */
export const rest = {
  goals: { ratio: { atLeast: 0.5 } },
  measure: once(async () => {
    const { figures: drained } = await sqlite.measure();
    const runs: PostedRun[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await post(`rest${run}`));
    const jobs_per_s = Math.round(median(runs.map(({ jobsPerSecond }) => jobsPerSecond)));
    const latenciesMs = runs.flatMap((run) => run.latenciesMs);
    return {
      what: `collections of ${ITEMS} jobs from ${CONNECTIONS} connections into SQLite; ratio to sqlite`,
      figures: {
        jobs_per_s,
        p50_ms: Math.round(percentile(latenciesMs, 0.5)),
        p99_ms: Math.round(percentile(latenciesMs, 0.99)),
        ratio: rounded(jobs_per_s / drained.jobs_per_s, 3),
      },
    };
  }),
} satisfies Part;

/** The worker's start is not counted. The clock starts with the first request, and ends with the last answer. */
async function post(prefix: string): Promise<PostedRun> {
  const story = await WorkerStory.on((await broker()).url);
  const store = await story.store();
  const credentials = await addClient(store, "bench");
  await store.close();
  const worker = await story.start({ LOG_LEVEL: "info", REST_JOBS_PER_MINUTE: "0" });
  const { url } = await worker.untilEvent("public_listening");
  const client = new TreeherderClient({ serverUrl: String(url), ...credentials, retries: 0 });
  const collections = collectionsOf(prefix);
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

  const begunAtMs = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, postOneByOne));
  const seconds = (performance.now() - begunAtMs) / 1000;
  await endsWell(worker, jobs);
  await story.end();
  return { jobsPerSecond: jobs / seconds, latenciesMs };
}

/** Returns the jobs of the message mix as a client would post them, in its order, each collection of one project. */
function collectionsOf(prefix: string): Collection[] {
  const options = { schemas, ...limits, tiers: new Map(), acceptsProject: () => true };
  const collections: Collection[] = [];
  const open = new Map<string, string[]>();
  for (const body of messageMix(JOBS, prefix).bodies) {
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

/** @throws Error if the worker counted other jobs than those that were posted. */
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
