/**
 * `npm run bench:moves`: measures how long writes take while the embedded store is backed up, and how long it takes to copy a store.
 * `-- --jobs 100000` stores fewer jobs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { columns } from "../../src/cli/output/columns.ts";
import { createProgress } from "../../src/cli/output/progress.ts";
import { copyDocuments } from "../../src/copy/copy-documents.ts";
import { verifyCopy } from "../../src/copy/verify-copy.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { commandLine } from "../command-line.ts";
import { anArrival } from "../examples.ts";
import { arrivals, fillStore } from "./fill-store.ts";
import { mongodb, stopServers } from "./servers.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
/** The size of a worker's batch, and the pause until the next one: about 2,000 jobs per second. */
const BATCH = 100;
const PAUSE_MS = 40;

const help = `npm run bench:moves -- [options]

Fills an embedded store. Writes batches of ${BATCH} jobs into it, first alone, then while another process backs it up. Then copies
the store into a database, once and again, and compares the two.

  --jobs N   how many jobs are in the store (200000)

Example
  npm run bench:moves -- --jobs 50000
`;
const values = commandLine(help, { jobs: { type: "string", default: "200000" } });
if (!/^[1-9]\d{0,7}$/.test(values.jobs)) {
  process.stderr.write(help);
  process.exit(2);
}
const jobs = Number(values.jobs);
const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-moves-"));
const progress = createProgress();
let next = jobs;
try {
  const store = await openStore({ mongodbUrl: null, dataDir, rejectionTtlDays: 30 });
  await fillStore(store, jobs, (stored) => progress.show(`${stored} of ${jobs} jobs stored`));
  progress.show("writing without a backup");
  const alone = await writesUntil(store, wait(5000));
  progress.show("writing during a backup");
  const file = join(dataDir, "backup.db");
  const begunAtMs = performance.now();
  const during = await writesUntil(store, backUp(file));
  const backupMs = performance.now() - begunAtMs;
  const mongodbUrl = `${(await mongodb()).url}moves`;
  const target = await openStore({ mongodbUrl, dataDir, rejectionTtlDays: 30 });
  const selection = { project: null, since: null, withCredentials: true };
  const show = (kind: string, count: unknown): void => progress.show(`${kind} ${JSON.stringify(count)}`);
  const rows = [
    ["a batch, without a backup", ...summary(alone)],
    ["a batch, during a backup", ...summary(during)],
    ["the backup", `${(statSync(file).size / 1024 ** 2).toFixed(0)} MiB`, "", backupMs.toFixed(0)],
    await timed("the first copy", () => copyDocuments(store, target, selection, show)),
    await timed("the same copy again", () => copyDocuments(store, target, selection, show)),
    await timed("comparing the two", () => verifyCopy(store, target, selection, show)),
  ];
  progress.end();
  process.stdout.write(`${jobs} jobs in ${store.name}, to ${target.name}; milliseconds\n`);
  process.stdout.write(columns([["what", "times", "p99", "longest"], ...rows]));
  await target.close();
  await store.close();
} finally {
  progress.end();
  await stopServers();
  await rm(dataDir, { recursive: true });
}

async function backUp(file: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, "backup", file], {
    env: { ...process.env, DATA_DIR: dataDir, MONGODB_URL: "" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the backup has ended with exit code ${code}`);
}

/** Writes batches until `over` resolves. Returns how long each took, in milliseconds. */
async function writesUntil(store: Store, over: Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  let isOver = false;
  const watched = over.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const batch = arrivals(next, BATCH, () => anArrival().received_at);
    next += BATCH;
    const begunAtMs = performance.now();
    await store.storeSubmissions(batch);
    taken.push(performance.now() - begunAtMs);
    await wait(PAUSE_MS);
  }
  await watched;
  return taken;
}

function summary(taken: readonly number[]): string[] {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN).toFixed(1);
  return [String(taken.length), at(0.99), at(1)];
}

async function timed(what: string, work: () => Promise<unknown>): Promise<string[]> {
  const begunAtMs = performance.now();
  await work();
  return [what, "1", "", (performance.now() - begunAtMs).toFixed(0)];
}
