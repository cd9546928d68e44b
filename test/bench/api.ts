/**
 * `npm run bench:api`: how long the read API takes when a store holds a million jobs, through its own HTTP routes on a real
 * socket. `-- --store sqlite` measures one store; `-- --jobs 20000` stores fewer jobs; `-- --json` prints one object.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columns } from "../../src/cli/output/columns.ts";
import { createProgress } from "../../src/cli/output/progress.ts";
import { readApiPlugin } from "../../src/http/read/read-api-plugin.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import type { ResultSetArrival } from "../../src/store/ports/submission-store.ts";
import { commandLine } from "../command-line.ts";
import { startPublicServer } from "../http/public-server.ts";
import { apiQuestions, arrivedAt } from "./api-questions.ts";
import { fillStore } from "./fill-store.ts";
import { JOBS_PER_PUSH, revisionOf } from "./message-mix.ts";
import { percentile, rounded } from "./part.ts";
import { mongodb, stopServers } from "./servers.ts";

/** The limit for the 95th percentile of response times. */
const GOAL_MS = 250;

const help = `npm run bench:api -- [options]

Fills stores with jobs, and measures how long the read API takes for its lists.

  --store sqlite|mongodb  only this one (both)
  --jobs N                how many jobs (1000000)
  --times N               each question so often (40)
  --json                  one object on standard output, and nothing else there

Example
  npm run --silent bench:api -- --jobs 20000 --json
`;
const values = commandLine(help, {
  jobs: { type: "string", default: "1000000" },
  times: { type: "string", default: "40" },
  store: { type: "string", default: "sqlite,mongodb" },
  json: { type: "boolean", default: false },
});
const stores = values.store.split(",");
const isWhole = (text: string): boolean => /^[1-9]\d{0,7}$/.test(text);
if (
  ![values.jobs, values.times].every(isWhole) ||
  !stores.every((name) => ["sqlite", "mongodb"].includes(name))
) {
  process.stderr.write(help);
  process.exit(2);
}
const jobs = Number(values.jobs);
const times = Number(values.times);

interface Figures {
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly rows: number;
}

const progress = createProgress();
const report: Record<string, Record<string, Figures>> = {};
try {
  for (const name of stores) report[name] = await measure(name);
} finally {
  progress.end();
  await stopServers();
}
if (values.json) process.stdout.write(`${JSON.stringify({ jobs, ...report })}\n`);
else showTable();
const slow = Object.values(report).flatMap((each) =>
  Object.values(each).filter(({ p95_ms }) => p95_ms > GOAL_MS),
);
if (slow.length > 0) process.exitCode = 1;

async function measure(name: string): Promise<Record<string, Figures>> {
  const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-api-"));
  const mongodbUrl = name === "mongodb" ? `${(await mongodb()).url}api` : null;
  const open = (): Promise<Store> => openStore({ mongodbUrl, dataDir, rejectionTtlDays: 30 });
  try {
    const filled = await open();
    await storePushes(filled);
    await fillStore(
      filled,
      jobs,
      (stored) => progress.show(`${name}: ${stored} of ${jobs} jobs stored`),
      arrivedAt,
    );
    await filled.close();
    progress.end();
    const store = await open();
    const noLog = { ok: false, kind: "failed", reason: "network", detail: "there are no logs here" } as const;
    const readLines = async () => noLog;
    const log = { error: console.error, warn: console.error, info: () => undefined, debug: () => undefined };
    const server = await startPublicServer([readApiPlugin({ store, logs: { readLines } })], log);
    const figures: Record<string, Figures> = {};
    for (const [question, path] of Object.entries(apiQuestions(jobs))) {
      progress.show(`${name}: ${question}`);
      figures[question] = await timed(server.url, path);
    }
    await server.close();
    await store.close();
    return figures;
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

/** Submits the push of every fiftieth job, as `message-mix.ts` names them. */
async function storePushes(store: Store): Promise<void> {
  for (let push = 0; push * JOBS_PER_PUSH < jobs; push += 200) {
    const batch: ResultSetArrival[] = [];
    for (let at = push; at < push + 200 && at * JOBS_PER_PUSH < jobs; at++) {
      const revision = revisionOf(at);
      for (const project of ["autoland", "mozilla-central", "try"]) {
        const row = {
          revision,
          author: `developer${at % 80}@example.org`,
          comment: "a comment",
          repository: project,
        };
        const resultSet = {
          revision,
          author: row.author,
          push_timestamp: 1_767_600_000 + at,
          revisions: [row],
        };
        batch.push({ project, resultSet, received_at: arrivedAt(0) });
      }
    }
    await store.storeResultSets(batch);
  }
}

async function timed(url: string, path: () => string): Promise<Figures> {
  const taken: number[] = [];
  let rows = 0;
  for (let time = 0; time <= times; time++) {
    const asked = `${url}${path()}`;
    const begunAtMs = performance.now();
    const reply = await fetch(asked);
    const text = await reply.text();
    // The caller parses the answer, so parsing is not measured.
    const tookMs = performance.now() - begunAtMs;
    const body: unknown = JSON.parse(text);
    if (!reply.ok) throw new Error(`${asked}: ${reply.status} ${JSON.stringify(body)}`);
    rows = Math.max(rows, rowsOf(body));
    // The first answer warms up the caches, so it is not measured.
    if (time > 0) taken.push(tookMs);
  }
  return { p50_ms: rounded(percentile(taken, 0.5), 1), p95_ms: rounded(percentile(taken, 0.95), 1), rows };
}

function rowsOf(body: unknown): number {
  if (Array.isArray(body)) return body.length;
  if (typeof body !== "object" || body === null || !("results" in body)) return 1;
  return Array.isArray(body.results) ? body.results.length : 1;
}

function showTable(): void {
  const rows = Object.entries(report).flatMap(([store, figures]) =>
    Object.entries(figures).map(([question, { p50_ms, p95_ms, rows: found }]) => [
      ...[
        store,
        question,
        String(found),
        String(p50_ms),
        String(p95_ms),
        p95_ms > GOAL_MS ? "MISSED" : "met",
      ],
    ]),
  );
  process.stdout.write(`${jobs} jobs, each question ${times} times; goal: 95 of 100 within ${GOAL_MS} ms\n`);
  process.stdout.write(columns([["store", "question", "rows", "p50 ms", "p95 ms", "goal"], ...rows]));
}
