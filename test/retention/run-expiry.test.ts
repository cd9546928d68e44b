import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { Unavailable } from "../../src/domain/faults.ts";
import { marksPath, textPath } from "../../src/logs/cache/cached-log.ts";
import { createCounters } from "../../src/metrics/counters.ts";
import { expiredTotals } from "../../src/metrics/retention-counters.ts";
import type { ExpiryStep } from "../../src/retention/expiry-steps.ts";
import { type ExpiryRun, LEASE, pauseAfter, runExpiry } from "../../src/retention/run-expiry.ts";
import { startRetention } from "../../src/retention/start-retention.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { logTextRemoval } from "../../src/worker/open-log-texts.ts";
import { anArrival, REVISION } from "../examples.ts";
import { until } from "../until.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "retention-"));
  store = await openSqliteStore(folder, 30);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const NOW = Date.parse("2026-03-01T00:00:00Z");
const OLD = "2026-01-01T00:00:00.000Z";

async function fill(project: string, count: number): Promise<void> {
  const origin = { kind: "hg.mozilla.org", project, revision: REVISION };
  const arrivals = Array.from({ length: count }, (_, n) => {
    const logs = [{ name: "a log", url: `http://logs/${project}/${n}` }];
    return { ...anArrival({ taskId: `${project}-${n}/0`, origin, logs }), received_at: OLD };
  });
  await store.storeSubmissions(arrivals);
}

const days: Readonly<Record<string, number>> = { try: 30, release: 0 };

function aRun(overrides: Partial<ExpiryRun> = {}): ExpiryRun {
  return {
    ...{ store, project: null, retainDays: (project) => days[project] ?? 90, archiveDays: 0 },
    ...{ forgetTexts: async () => undefined, now: () => NOW, owner: "test", share: 1 },
    ...{ onStep: () => undefined, stop: new AbortController().signal },
    ...overrides,
  };
}

const totalOf = (steps: readonly ExpiryStep[], kind: "jobs" | "logs" | "pushes"): number =>
  steps.reduce((sum, { gone }) => sum + (gone[kind] ?? 0), 0);

it("each project has its own retention; its pushes are removed with its last job", async () => {
  for (const project of ["try", "release", "other"]) await fill(project, 3);
  const steps: ExpiryStep[] = [];
  expect(await runExpiry(aRun({ onStep: (step) => steps.push(step) }))).toEqual({ kind: "complete" });
  expect([totalOf(steps, "jobs"), totalOf(steps, "logs")]).toEqual([3, 3]);
  expect(await store.countDocuments()).toMatchObject({ jobs: 6, logs: 6 });
  // Submitted on 1 January, like the jobs, so the push has expired too.
  expect(await store.listProjectNames(10)).toEqual(["other", "release"]);
  expect(Math.max(...steps.map(({ lagMs }) => lagMs ?? 0))).toBe(29 * 86_400_000);
});

it("only one project's jobs and pushes are removed if a project is given", async () => {
  for (const project of ["try", "third"]) await fill(project, 1);
  await runExpiry(aRun({ project: "third", retainDays: () => 1 }));
  expect(await store.listProjectNames(10)).toEqual(["try"]);
});

it("a run does not begin while another owner has the lease, and says who that is", async () => {
  await fill("try", 1);
  await store.takeLease(LEASE, "somebody", 60_000);
  expect(await runExpiry(aRun())).toMatchObject({ kind: "held", owner: "somebody" });
  expect(await store.countDocuments()).toMatchObject({ jobs: 1 });
});

it("a run that is stopped leaves the rest whole and releases the lease, and the next run continues", async () => {
  await fill("try", 250);
  const stopping = new AbortController();
  let removed = 0;
  const end = await runExpiry(
    aRun({
      stop: stopping.signal,
      onStep(step) {
        removed += step.gone.jobs ?? 0;
        if (removed > 0) stopping.abort();
      },
    }),
  );
  expect(end).toEqual({ kind: "stopped" });
  expect(removed).toBeLessThan(250);
  expect(await store.countDocuments()).toMatchObject({ jobs: 250 - removed, logs: 250 - removed });
  expect(await runExpiry(aRun({ owner: "another" }))).toEqual({ kind: "complete" });
  expect(await store.countDocuments()).toMatchObject({ jobs: 0, logs: 0, resultsets: 0 });
});

it("a run so slow that another owner has taken its lease stops, and leaves the lease to that owner", async () => {
  await fill("try", 250);
  let nowMs = 0;
  const clock = jest.spyOn(performance, "now").mockImplementation(() => nowMs);
  let removed = 0;
  const end = await runExpiry(
    aRun({
      onStep(step) {
        removed += step.gone.jobs ?? 0;
        nowMs += 60_000;
        // The embedded store does this before it returns.
        void store.releaseLease(LEASE, "test").then(() => store.takeLease(LEASE, "another", 60_000));
      },
    }),
  ).finally(() => clock.mockRestore());
  expect(end).toEqual({ kind: "stopped" });
  expect(await store.countDocuments()).toMatchObject({ jobs: 250 - removed });
  expect(await store.takeLease(LEASE, "a third", 1000)).toMatchObject({ owner: "another" });
});

it("texts of logs that are cached on this machine are removed with their jobs", async () => {
  await fill("try", 1);
  const cache = join(folder, "log-cache");
  const removal = logTextRemoval({ DATA_DIR: folder, LOG_CACHE_MAX_BYTES: 1e6 });
  // Nobody has read a log on this machine yet.
  await removal.evictTexts();
  await fill("release", 1);
  mkdirSync(cache);
  const [gone, kept] = ["try", "release"].map((project) => textPath(cache, `http://logs/${project}/0`));
  for (const path of [gone, kept]) {
    writeFileSync(path ?? "", "text");
    writeFileSync(marksPath(path ?? ""), "{}");
  }
  await runExpiry(aRun(removal));
  const exists = [gone, kept].flatMap((path = "") => [existsSync(path), existsSync(marksPath(path))]);
  expect(exists).toEqual([false, false, true, true]);
});

it("a worker removes in the background, counts what it removed, and reports when it is finished", async () => {
  await fill("try", 3);
  const counters = createCounters();
  const told: string[] = [];
  const tell = (event: string): void => void told.push(event);
  const retention = startRetention({
    ...{ store, retainDays: () => 30, archiveDays: 0, everyMs: 20, counters },
    ...{ forgetTexts: async () => undefined, evictTexts: async () => undefined },
    log: { error: tell, warn: tell, info: tell, debug: tell },
  });
  await until(async () => (await counters.expiryEnded.get()).values[0]?.value !== 0);
  expect(await expiredTotals(counters)).toMatchObject({ jobs: 3, logs: 3, pushes: 1, rejections: 0 });
  expect((await counters.expiryLag.get()).values[0]?.value).toBe(0);
  expect(retention.state()).toMatchObject({ heldBy: null, trouble: null });
  expect(told).toEqual(["expired"]);
  await retention.stop();
  // A worker that has ended leaves no lease behind.
  expect(await store.takeLease(LEASE, "another", 1000)).toBeNull();
});

it("a worker waits while another one is removing, and says which one it is", async () => {
  await store.takeLease(LEASE, "somebody", 60_000);
  const tell = (): undefined => undefined;
  const log = { error: tell, warn: tell, info: tell, debug: tell };
  const retention = startRetention({
    ...{ store, retainDays: () => 30, archiveDays: 0, everyMs: 10, counters: createCounters(), log },
    ...{ forgetTexts: async () => undefined, evictTexts: async () => undefined },
  });
  await until(() => retention.state().heldBy === "somebody");
  await retention.stop();
});

it("a worker logs why a run has failed, in the words of the store", async () => {
  const tell = (): undefined => undefined;
  const log = { error: tell, warn: tell, info: tell, debug: tell };
  const away = new Unavailable("store", "the disk is full");
  const retention = startRetention({
    store: { ...store, takeLease: () => Promise.reject(away) },
    ...{ retainDays: () => 30, archiveDays: 0, everyMs: 10, counters: createCounters(), log },
    ...{ forgetTexts: async () => undefined, evictTexts: async () => undefined },
  });
  await until(() => retention.state().trouble !== null);
  expect(retention.state()).toMatchObject({ trouble: "store unavailable: the disk is full" });
  await retention.stop();
});

it.each([
  [10, 0.05, 190],
  [10, 0.5, 10],
  [10, 1, 0],
  [5000, 0.05, 10_000],
])("a step of %d ms with a share of %d is followed by a pause of %d ms", (stepMs, share, pauseMs) => {
  expect(pauseAfter(stepMs, share)).toBeCloseTo(pauseMs);
});
