import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resultSetId } from "../../src/domain/ids.ts";
import { CELL } from "../../src/domain/job-cell.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { PushQuery } from "../../src/store/ports/page-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { arrivedAt } from "./api-questions.ts";
import { authorOfPush, fillPushes, projectOfPush, pushedAt, revisionOfPush } from "./fill-pushes.ts";
import type { Limited, PagesPart } from "./pages-part.ts";
import { percentile, rounded } from "./part.ts";
import { mongodb } from "./servers.ts";

/** The limit for the 99th percentile of response times. */
const LIMIT_MS = 50;
const JOBS_PER_PUSH = 5000;
/**
 * How many jobs a page has. The MongoDB-protocol server reads and sorts all jobs of a push for each page, so its page is small:
 * as large as the pages that the grid reads.
 */
const CELLS: Readonly<Record<string, number>> = { sqlite: 2000, mongodb: 500 };

interface ReadFigures {
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** How many items the largest answer had. */
  readonly rows: number;
}

interface ReadsFigures {
  /** The slowest read of each store. */
  readonly sqlite_p99_ms: number;
  readonly mongodb_p99_ms: number;
  readonly by_read: Readonly<Record<string, Readonly<Record<string, ReadFigures>>>>;
}

/**
 * Prepares one read, for other documents each time. It returns the function that is timed, which returns the number of items in the answer.
 */
type Read = (store: Store) => Promise<() => Promise<number>>;

/** Measures the store reads that the pages make, with a million jobs in 200 pushes. */
export const reads: PagesPart = async ({ jobs, times, show }) => {
  const by_read: Record<string, Record<string, ReadFigures>> = {};
  const limited: Limited[] = [];
  for (const name of ["sqlite", "mongodb"]) {
    for (const [read, figures] of Object.entries(await measureStore(name, jobs, times, show))) {
      by_read[read] = { ...by_read[read], [name]: figures };
      limited.push({ figure: `${name}, ${read}: p99_ms`, value: figures.p99_ms, atMost: LIMIT_MS });
    }
  }
  const slowest = (store: string): number =>
    Math.max(...Object.values(by_read).map((figures) => figures[store]?.p99_ms ?? 0));
  const figures: ReadsFigures = {
    ...{ sqlite_p99_ms: slowest("sqlite"), mongodb_p99_ms: slowest("mongodb") },
    by_read,
  };
  return { figures, limited };
};

async function measureStore(
  name: string,
  jobs: number,
  times: number,
  show: (text: string) => void,
): Promise<Record<string, ReadFigures>> {
  const dataDir = await mkdtemp(join(tmpdir(), "pulse-ingest-pages-"));
  const mongodbUrl = name === "mongodb" ? `${(await mongodb()).url}pages` : null;
  const open = () => openStore({ mongodbUrl, dataDir, rejectionTtlDays: 30 });
  try {
    const filled = await open();
    await fillPushes(filled, { jobs, perPush: JOBS_PER_PUSH }, (stored) =>
      show(`${name}: ${stored} of ${jobs} jobs`),
    );
    await filled.close();
    const store = await open();
    const figures: Record<string, ReadFigures> = {};
    for (const [question, read] of Object.entries(readsOf(jobs, CELLS[name] ?? 0))) {
      show(`${name}: ${question}`);
      figures[question] = await timed(store, read, times);
    }
    await store.close();
    return figures;
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

function readsOf(jobs: number, limit: number): Readonly<Record<string, Read>> {
  const perPush = Math.min(jobs, JOBS_PER_PUSH);
  const pushCount = Math.ceil(jobs / perPush);
  const anyPush = (): number => randomInt(pushCount);
  const idOf = (push: number): string => resultSetId(projectOfPush(push), revisionOfPush(push));
  const pushes = (store: Store, query: PushQuery) => async () =>
    (await store.listPushes(query)).pushes.length;
  const cells = (store: Store, push: number, changed: string) => async () => {
    const query = { result_set: idOf(push), after: { changed, id: null }, limit };
    return (await store.listCells(query)).cells.length;
  };
  return {
    listProjects: async (store) => async () => (await store.listProjects()).length,
    "listPushes(10)": async (store) => {
      const push = anyPush();
      const before = { order_at: pushedAt(push) + 1, id: "" };
      return pushes(store, { project: projectOfPush(push), before, limit: 10 });
    },
    "listPushes(10), of an author": async (store) =>
      pushes(store, { project: projectOfPush(anyPush()), author: authorOfPush(anyPush()), limit: 10 }),
    "listCells, first page": async (store) => cells(store, anyPush(), ""),
    "listCells, a later page": async (store) => {
      const push = anyPush();
      return cells(store, push, arrivedAt(push * perPush + randomInt(Math.max(1, perPush - limit))));
    },
    "listCells, what changed in 15 s": async (store) => {
      const push = anyPush();
      const lastMs = Date.parse(arrivedAt((push + 1) * perPush - 1));
      return cells(store, push, new Date(lastMs - 15_000).toISOString());
    },
    "listCells, nothing changed": async (store) => cells(store, anyPush(), arrivedAt(2 * jobs)),
    "listSimilarJobs(20)": async (store) => {
      const push = anyPush();
      const project = projectOfPush(push);
      const [first] = (await store.listCells({ result_set: idOf(push), limit: 1 })).cells;
      const found = await store.findJob(project, first?.cell[CELL.guid] ?? "");
      const signature = found?.job.signature ?? "";
      return async () => (await store.listSimilarJobs({ project, signature, limit: 20 })).jobs.length;
    },
  };
}

async function timed(store: Store, read: Read, times: number): Promise<ReadFigures> {
  const taken: number[] = [];
  let rows = 0;
  for (let time = 0; time <= times; time++) {
    const ask = await read(store);
    const begunAtMs = performance.now();
    rows = Math.max(rows, await ask());
    // The first answer warms up the caches, so it is not measured.
    if (time > 0) taken.push(performance.now() - begunAtMs);
  }
  return { p50_ms: rounded(percentile(taken, 0.5), 1), p99_ms: rounded(percentile(taken, 0.99), 1), rows };
}
