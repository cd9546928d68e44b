/**
 * `npm run bench:explain`: how long the store takes for the queries of `explain` and `status` when it holds a million
 * jobs. `-- --store mongodb` uses the MongoDB-protocol server; `-- --jobs 100000` stores fewer jobs.
 */
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columns } from "../../src/cli/output/columns.ts";
import { createProgress } from "../../src/cli/output/progress.ts";
import { explanationOf } from "../../src/queries/explanation.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { commandLine } from "../command-line.ts";
import { aRejection } from "../examples.ts";
import { fillStore } from "./fill-store.ts";
import { taskId } from "./message-mix.ts";
import { mongodb, stopServers } from "./servers.ts";

/** The limit for the 99th percentile of response times. */
const EXPLAIN_GOAL_MS = 100;
const TIMES = 300;
const REJECTIONS = 10_000;

const help = `npm run bench:explain -- [options]

Fills a store with jobs, and measures what explain and status ask of it.

  --store sqlite|mongodb  into this one (sqlite)
  --jobs N                how many jobs (1000000)

Example
  npm run bench:explain -- --store mongodb --jobs 100000
`;
const values = commandLine(help, {
  jobs: { type: "string", default: "1000000" },
  store: { type: "string", default: "sqlite" },
});
if (!/^[1-9]\d{0,7}$/.test(values.jobs) || !["sqlite", "mongodb"].includes(values.store)) {
  process.stderr.write(help);
  process.exit(2);
}
const jobs = Number(values.jobs);
const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-explain-"));
const progress = createProgress();
try {
  const mongodbUrl = values.store === "mongodb" ? `${(await mongodb()).url}explain` : null;
  const open = (): Promise<Store> => openStore({ mongodbUrl, dataDir, rejectionTtlDays: 30 });
  const filled = await open();
  await fillStore(filled, jobs, (stored) => progress.show(`${stored} of ${jobs} jobs stored`));
  for (let at = 0; at < REJECTIONS; at += 1000) {
    const batch = Array.from({ length: 1000 }, (_, n) =>
      aRejection(`r${at + n}`, { task_id: guidOf(at + n) }),
    );
    await filled.recordRejections(batch);
  }
  await filled.close();
  progress.end();
  // Like the command, each query opens the store again, so that its caches are empty.
  const store = await open();
  const rows = [
    await timed("explain GUID, the first", 1, () => explained(store, guidOf(randomInt(jobs)))),
    await timed("explain GUID", TIMES, () => explained(store, guidOf(randomInt(jobs)))),
    await timed("explain TASK", TIMES, () => explained(store, guidOf(randomInt(jobs)).replace("/0", ""))),
    await timed("explain of one that was rejected", TIMES, () =>
      explained(store, guidOf(randomInt(Math.min(jobs, REJECTIONS)))),
    ),
    await timed("explain of one that nobody knows", TIMES, () => explanationOf(store, "nobody/0", null)),
    await timed("status: work", TIMES, () => store.countWork()),
    await timed("status: rejections of a day", TIMES, () =>
      store.countRejections({ since: new Date(Date.now() - 86_400_000).toISOString() }),
    ),
  ];
  process.stdout.write(`${jobs} jobs in ${store.name}, milliseconds\n`);
  process.stdout.write(columns([["question", "times", "p50", "p99", "longest"], ...rows]));
  const slow = rows.filter(
    ([what = "", , , p99]) => what.startsWith("explain") && Number(p99) > EXPLAIN_GOAL_MS,
  );
  process.stdout.write(
    `goal: explain within ${EXPLAIN_GOAL_MS} ms: ${slow.length === 0 ? "met" : "MISSED"}\n`,
  );
  if (slow.length > 0) process.exitCode = 1;
  await store.close();
} finally {
  progress.end();
  await stopServers();
  await rm(dataDir, { recursive: true });
}

function guidOf(job: number): string {
  return taskId("there", job);
}

async function explained(store: Store, guid: string): Promise<void> {
  const { jobs: found } = await explanationOf(store, guid, null);
  if (found.length !== 1) throw new Error(`${guid} was stored, and ${found.length} were found`);
}

async function timed(what: string, times: number, ask: () => Promise<unknown>): Promise<string[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const begunAtMs = performance.now();
    await ask();
    taken.push(performance.now() - begunAtMs);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number): string => (taken[Math.ceil(share * taken.length) - 1] ?? Number.NaN).toFixed(2);
  return [what, String(times), at(0.5), at(0.99), at(1)];
}
