import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import type { DeliveryHandler } from "../../../src/broker/message-source.ts";
import type { WorkerParts, WorkerPhase } from "../../../src/http/observe/observe-worker.ts";
import { type Http, startHttp } from "../../../src/http/observe/start-http.ts";
import { workerStatus } from "../../../src/http/observe/worker-status.ts";
import { createIngest, type Ingest } from "../../../src/ingest/create-ingest.ts";
import { createDeliveryHandler } from "../../../src/ingest/deliveries/delivery-handler.ts";
import { openSuspectsNote } from "../../../src/ingest/suspects/suspects-note.ts";
import { countWorkEnd } from "../../../src/logs/work/count-work-end.ts";
import { type Counters, createCounters } from "../../../src/metrics/counters.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { startArtifacts } from "../../../src/worker/start-artifacts.ts";
import { aDelivery, aMessage } from "../../examples.ts";
import { realRead } from "../../ingest/write-messages.ts";
import { until } from "../../until.ts";
import { type MetricFamily, metricTotal, readMetrics } from "./metrics-text.ts";

jest.setTimeout(180_000);

// Threads run compiled code. `npm test` builds it; otherwise run `npm run build` first.
const parseThread = new URL("../../../dist/parse-thread-entry.js", import.meta.url);
const bugThread = new URL("../../../dist/bug-thread-entry.js", import.meta.url);
const unsaid = (): void => undefined;
const silent = { error: unsaid, warn: unsaid, info: unsaid, debug: unsaid };

/** A whole worker except its broker, behind a real socket. */
const idle = { isWorking: false, heldBy: null, trouble: null };
let folder: string;
let store: Store;
let ingest: Ingest;
let handle: DeliveryHandler;
let counters: Counters;
let http: Http;
let url: string;
let listed: readonly string[];
let parts: { -readonly [name in keyof WorkerParts]: WorkerParts[name] };
let worker: WorkerPhase;
/** A source that has never reached its broker. */
const noBroker: WorkerParts["source"] = {
  state: () => ({
    ...{ connected: false, consuming: false, queue: null, bindings: 0, degraded: [], exchanges: [], left: 0 },
    ...{ reconnects: 0, queuesLost: 0, lostSinceMs: 0, unsettled: 0, oldestMs: 0, stranded: 0 },
  }),
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "metrics-"));
  store = await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 });
  counters = createCounters();
  listed = ["exchange/publisher/0", "exchange/publisher/1"];
  const tell = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    if (event === "http_listening") url = String(fields["url"]);
  };
  const log = { error: tell, warn: tell, info: tell, debug: tell };
  ingest = createIngest({
    store,
    spooled: null,
    suspectsNote: openSuspectsNote(folder, log),
    spoolAfterMs: 0,
    batch: { maxItems: 50, maxBytes: 1e6, waitMs: 1 },
    rejectionMaxBytes: 1000,
    quotaOf: (exchange) => exchange,
    maxAttempts: 5,
    keepsArchive: false,
    logsEachJob: false,
    listedExchanges: () => listed,
    counters,
    log,
  });
  handle = createDeliveryHandler(ingest.submit, realRead);
  parts = { store, ingest, source: noBroker, depth: { state: () => null }, retention: { state: () => idle } };
  worker = { phase: "running", parts };
  http = await startHttp({
    host: "127.0.0.1",
    allowedHosts: [],
    port: 0,
    version: "1.2.3",
    prefetch: 400,
    ackTimeoutMs: 1_800_000,
    queueLimit: 8000,
    kept: { jobs: 0, rejections: 30, archive: 0 },
    stallLimitMs: 60_000,
    files: { generation: () => 1, problems: () => [], registry: () => ({ retain: {} }) },
    worker: () => worker,
    counters,
    log,
  });
});
afterEach(async () => {
  await ingest.drain(1000, () => true);
  await http.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function metrics(): Promise<MetricFamily[]> {
  const answer = await fetch(`${url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return readMetrics(await answer.text());
}

/** A multiple of ten, and more samples than any metric may have. */
const MANY = 300;

/** Jobs with as many different routes, projects and guids from two exchanges, and logs on as many hosts. */
async function aBusyDay(): Promise<void> {
  const deliveries = Array.from({ length: MANY }, (_, n) => {
    const project = `project${n}`;
    const body = aMessage({
      taskId: `guid-${n}/0`,
      origin: { kind: "hg.mozilla.org", project, revision: "b".repeat(40) },
      timeCompleted: "2026-01-05T09:59:00Z",
      ...(n % 10 === 0 ? { state: `state${n}` } : {}),
    });
    return aDelivery(body, {
      exchange: `exchange/publisher/${n % 2}`,
      routingKey: `treeherder.${project}`,
      receivedAtMs: Date.now(),
    });
  });
  await Promise.all(deliveries.map((delivery) => handle(delivery)));
  for (let n = 0; n < MANY; n++) {
    countWorkEnd(counters, ["127.0.0.1"], {
      kind: "log",
      host: n % 2 === 0 ? `127.0.0.1:${n}` : `host${n}.example.net:8080`,
      outcome: "failed",
      failure: "timeout",
      figures: { bytes: 10, waitMs: 1, totalMs: 2 },
      suggestMs: 1,
      storeMs: 1,
    });
  }
}

it("follow the conventions: names, types, help, base units", async () => {
  await aBusyDay();
  const families = await metrics();
  expect(families.length).toBeGreaterThan(40);
  for (const { name, type, help } of families) {
    // The default metrics of a Node.js process keep their usual names.
    expect(name).toMatch(/^(pulse_ingest|process|nodejs)_[a-z_0-9]+$/);
    expect(help.length).toBeGreaterThan(10);
    if (!name.startsWith("pulse_ingest_")) continue;
    expect([name, type]).toEqual([name, expect.stringMatching(/^(counter|gauge|histogram)$/)]);
    expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
    expect(name).not.toMatch(/_(ms|milli|milliseconds|minutes|percent|ratio_percent|kb|mb|kib|mib)(_|$)/);
    // Times are in seconds, and their names say so.
    if (/_(lag|duration|age)(_|$)/.test(name)) expect(name).toMatch(/_seconds$/);
  }
});

it("are served to a Prometheus that discovers a pod and uses its address", async () => {
  const { port } = new URL(url);
  for (const [host, status] of [
    ["10.244.3.17:9182", 200],
    ["rebound.example:9182", 403],
  ] as const) {
    const request = get({ host: "127.0.0.1", port, path: "/metrics", headers: { host } });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    expect([host, answer.statusCode]).toEqual([host, status]);
    expect((await text(answer)).includes("pulse_ingest_ready")).toBe(status === 200);
  }
});

it("include those of Node.js: memory, processor time, event-loop delay", async () => {
  const names = (await metrics()).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "process_start_time_seconds",
      "nodejs_eventloop_lag_p99_seconds",
    ]),
  );
});

/** The number of unlisted exchanges, and of log hosts. One of the hosts is allowed. */
async function aFlood(): Promise<void> {
  const deliveries = Array.from({ length: MANY }, (_, n) => {
    const host = n % 2 === 0 ? `stranger${n}.example` : `127.0.0.1:${2000 + n}`;
    const logs = [{ name: "buildbot_text", url: `http://${host}/${n}` }];
    const body =
      n % 3 === 0 ? aMessage({ [`field${n}`]: n, state: `state${n}` }) : aMessage({ taskId: `${n}/0`, logs });
    const exchange = `exchange/stranger/${n}`;
    return aDelivery(body, { exchange, routingKey: `key${n}`, receivedAtMs: Date.now() });
  });
  await Promise.all(deliveries.map((delivery) => handle(delivery)));
}

it("keep the number of values of every label within bounds, whatever publishers send", async () => {
  const artifacts = startArtifacts({
    store,
    // Loopback is refused before a connection is made.
    logs: {
      threads: 4,
      entry: parseThread,
      userAgent: "test",
      allowPrivate: false,
      allowHosts: ["127.0.0.1"],
    },
    bugThreadEntry: bugThread,
    ...{ logsPerHost: 4, leaseMs: 60_000, retry: { maxAttempts: 1 }, sync: null, bugsCheckMs: 1000 },
    counters,
    log: silent,
  });
  await Promise.all([aBusyDay(), aFlood()]);
  artifacts.nudge();
  await until(async () => (await store.countWork()).logs.pending === 0, "all logs are done", 100_000);
  await artifacts.stop();
  const families = (await metrics()).filter(({ name }) => name.startsWith("pulse_ingest_"));
  const values = new Map<string, Set<string>>();
  for (const { samples } of families) {
    for (const [label, value] of samples.flatMap(({ labels }) => Object.entries(labels))) {
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  const seen = (label: string): string[] => [...(values.get(label) ?? [])].toSorted();
  // Limit the values of a new label before you list it here.
  const labels = ["exchange", "host", "kind", "le", "outcome", "reason", "state", "step", "version"];
  expect([...values.keys()].toSorted()).toEqual(labels);
  expect(seen("exchange")).toEqual(["exchange/publisher/0", "exchange/publisher/1", "other"]);
  expect(seen("host")).toEqual(["127.0.0.1", "other"]);
  expect(seen("reason")).toEqual(["refused-address", "refused-host", "schema-violation", "timeout"]);
  for (const label of labels) expect([label, seen(label).length < 60]).toEqual([label, true]);
  // Checks every metric as a whole, because the numbers of its labels' values multiply.
  for (const { name, samples } of families) expect([name, samples.length < 200]).toEqual([name, true]);
});

it("keep within bounds while the registry changes again and again", async () => {
  const endings = Array.from({ length: 1500 }, (_, n) => {
    const exchange = `exchange/passing/${n}`;
    listed = [exchange];
    return handle(aDelivery(aMessage(), { exchange, receivedAtMs: Date.now() + 60_000 }));
  });
  await Promise.all(endings);
  const received = (await metrics()).find(({ name }) => name === "pulse_ingest_jobs_received_total");
  // At most a thousand names, including the two from the start, and `other`.
  expect(received?.samples.length).toBe(999);
  expect(metricTotal(await metrics(), "pulse_ingest_jobs_received_total")).toBe(1500);
});

it("count a job under one exchange from its arrival to its end, even if the exchange is listed in between", async () => {
  const exchange = "exchange/late/jobs";
  const early = aDelivery(aMessage(), { exchange, receivedAtMs: Date.now() });
  const ended = handle(early);
  listed = [...listed, exchange];
  await ended;
  await wait(5);
  await handle(aDelivery(aMessage({ state: `odd` }), { exchange, receivedAtMs: Date.now() }));
  listed = [];
  await handle(aDelivery(aMessage(), { exchange, receivedAtMs: Date.now() }));
  const families = await metrics();
  const counts = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    ["other", exchange].map((each) => metricTotal(families, name, { exchange: each, ...labels }));
  expect(counts("pulse_ingest_jobs_received_total")).toEqual([1, 2]);
  expect(counts("pulse_ingest_jobs_total")).toEqual([1, 2]);
  expect(counts("pulse_ingest_rejections_total")).toEqual([0, 1]);
  expect(counts("pulse_ingest_stored_lag_seconds")).toEqual([1, 2]);
});

it("obey the law: received = the sum of the outcomes + in progress + spooled", async () => {
  const day = aBusyDay();
  const during = await metrics();
  await day;
  const after = await metrics();
  for (const families of [during, after]) {
    expect(metricTotal(families, "pulse_ingest_jobs_received_total")).toBe(
      metricTotal(families, "pulse_ingest_jobs_total") +
        metricTotal(families, "pulse_ingest_jobs_in_hand") +
        metricTotal(families, "pulse_ingest_spooled_jobs"),
    );
  }
  expect(metricTotal(after, "pulse_ingest_jobs_received_total")).toBe(MANY);
  expect(metricTotal(after, "pulse_ingest_jobs_total", { outcome: "stored" })).toBe(0.9 * MANY);
  expect(metricTotal(after, "pulse_ingest_rejections_total", { reason: "schema-violation" })).toBe(
    0.1 * MANY,
  );
  // Measured for messages that were decoded and kept, each from its own timestamp.
  expect(metricTotal(after, "pulse_ingest_arrival_lag_seconds")).toBe(0.9 * MANY);
  expect(metricTotal(after, "pulse_ingest_stored_lag_seconds")).toBe(MANY);
});

it("count the work in the store, and nothing while the store is not open", async () => {
  const pending = { kind: "logs", state: "pending" };
  await handle(aDelivery(aMessage({ logs: [{ name: "buildbot_text", url: "http://h/log" }] })));
  expect(metricTotal(await metrics(), "pulse_ingest_open_work_items", pending)).toBe(1);
  worker = { phase: "opening" };
  expect(metricTotal(await metrics(), "pulse_ingest_open_work_items", pending)).toBeNaN();
});

it("an unknown depth is NaN, so that no alert treats it as 0", async () => {
  const families = await metrics();
  expect(metricTotal(families, "pulse_ingest_queue_ready_messages")).toBeNaN();
  expect(metricTotal(families, "pulse_ingest_queue_limit_messages")).toBe(8000);
});

it("the status shows the same in one document", async () => {
  await aBusyDay();
  const status = workerStatus.parse(await (await fetch(`${url}/status`)).json());
  expect(status).toMatchObject({
    version: "1.2.3",
    ready: false,
    alive: true,
    jobs: { received: MANY, in_hand: 0, outcomes: { stored: 0.9 * MANY, rejected: 0.1 * MANY } },
    rejections: { "schema-violation": 0.1 * MANY },
    artifact_work: { failed: MANY },
    open_work: { logs: { pending: 0, failed: 0 }, suggestions: { pending: 0, failed: 0 } },
    store: { name: expect.stringContaining("sqlite"), trouble: null },
    queue: { name: null, depth: null, limit: 8000 },
  });
  expect(status.exchanges).toMatchObject([
    {
      exchange: "exchange/publisher/0",
      received: MANY / 2,
      ended: { stored: 0.4 * MANY, rejected: 0.1 * MANY },
    },
    { exchange: "exchange/publisher/1", received: MANY / 2, ended: { stored: 0.5 * MANY, rejected: 0 } },
  ]);
  expect(status.clients).toEqual([]);
  const [first] = status.exchanges;
  expect(Math.abs(Date.parse(first?.last_received_at ?? "") - Date.now())).toBeLessThan(60_000);
  expect(status.recent.outcomes_per_second.stored).toBeGreaterThan(0);
  expect(status.recent.stored_lag_seconds?.p95).toBeGreaterThan(0);
});

it("readiness reports what is missing: here, the broker", async () => {
  const answer = await fetch(`${url}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({
    ready: false,
    problems: [expect.stringMatching(/^broker: not connected/)],
  });
});

it("a store that does not answer makes the worker unready within the time of a probe, but not dead", async () => {
  // A test double, because a real store cannot be made to accept a connection and then stay silent.
  const never = () => new Promise<never>(() => undefined);
  parts.store = { name: "silent", ping: never, countWork: never };
  const answer = await fetch(`${url}/readyz`);
  expect(await answer.json()).toMatchObject({
    problems: [expect.stringMatching(/^broker/), expect.stringMatching(/^store: no answer within/)],
  });
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

it("a worker that is stuck is not alive", async () => {
  // Only a bug could cause this state.
  parts.ingest = { storeTrouble: () => null, spoolTrouble: () => null, stalledMs: () => 61_000 };
  const answer = await fetch(`${url}/livez`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({
    alive: false,
    problems: [expect.stringContaining("none has ended for 61 s")],
  });
});
