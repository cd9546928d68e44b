import { afterAll, afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { aMessage } from "../examples.ts";
import { type MetricFamily, metricTotal } from "../http/observe/metrics-text.ts";
import { freePort } from "../servers/free-port.ts";
import { type Rabbitmq, startRabbitmq } from "../servers/rabbitmq.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { WorkerProcess } from "../servers/worker-process.ts";
import { untilAnswer } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";
import { metrics, probe, status, urlOf } from "./look-at-worker.ts";

jest.setTimeout(300_000);

const series = process.env["TEST_BROKER"] === "3" ? "3" : "4";
const broker = await serverOrSkip(() => startRabbitmq({ series }));

broker.describe(`a worker that is observed, on its own ${broker.name}`, () => {
  let node: Rabbitmq;
  let story: WorkerStory;
  beforeEach(async () => {
    node = broker.server();
    story = await WorkerStory.on(node.url);
  });
  afterEach(() => story.end());
  afterAll(() => node.stop());

  it("is unready while the broker is dead, alive all the time, then ready again, and loses nothing that was confirmed", async () => {
    const worker = await story.start({ QUEUE_DEPTH_SECONDS: "1" });
    const url = await urlOf(worker);
    expect(await probe(url, "/readyz")).toEqual({ status: 200, body: { ready: true, problems: [] } });
    const publicUrl = String((await worker.untilEvent("public_listening"))["url"]);
    const light = (): ReturnType<typeof probe> => probe(publicUrl, "/api/light");
    expect((await light()).body).toEqual({ state: "ready", words: "worker ready" });
    await story.publish(...Array.from({ length: 50 }, (_, n) => aMessage({ taskId: `o/${n}` })));
    await worker.until("50 jobs", () => worker.ended().length >= 50);

    await story.publish(...Array.from({ length: 300 }, (_, n) => aMessage({ taskId: `r/${n}` })));
    await node.kill();
    const unready = await untilAnswer(
      () => probe(url, "/readyz"),
      ({ status }) => status === 503,
    );
    expect(unready.body).toEqual({
      ready: false,
      problems: [expect.stringMatching(/^broker: not connected for \d+ s/)],
    });
    const shown = await untilAnswer(light, ({ body }) => JSON.stringify(body).includes("trouble"));
    expect(shown.body).toEqual({ state: "trouble", words: expect.stringMatching(/^broker: not connected/) });
    expect((await probe(url, "/livez")).status).toBe(200);
    const lost = await metrics(url);
    expect(metricTotal(lost, "pulse_ingest_ready")).toBe(0);
    expect(metricTotal(lost, "pulse_ingest_broker_connected")).toBe(0);
    expect((await status(url)).broker).toMatchObject({ consuming: false, lost_seconds: expect.any(Number) });

    await node.restart();
    await untilAnswer(
      () => probe(url, "/readyz"),
      (answer) => answer.status === 200,
    );
    expect((await probe(url, "/livez")).status).toBe(200);
    const back = await untilAnswer(
      () => status(url),
      ({ queue }) => queue.depth?.consumers === 1,
    );
    expect(back).toMatchObject({
      broker: { connected: true, consuming: true, reconnects: 1, lost_seconds: null },
      registry: { bindings: 1, degraded: [] },
      queue: { name: story.queue, depth: { consumers: 1 } },
    });
    await worker.until("all jobs", () => new Set(worker.ended().map(({ guid }) => guid)).size >= 350);
    const families = await untilAnswer(
      () => metrics(url),
      (found) => metricTotal(found, "pulse_ingest_jobs_in_hand") === 0,
    );
    expectLaw(families);
    expect(metricTotal(families, "pulse_ingest_jobs_received_total")).toBeGreaterThanOrEqual(350);
    expect(metricTotal(families, "pulse_ingest_jobs_total", { outcome: "stored" })).toBe(350);
    expect(metricTotal(families, "pulse_ingest_broker_reconnects_total")).toBe(1);
    expect(await worker.stop()).toBe(0);
    const store = await story.store();
    expect((await store.countDocuments())["jobs"]).toBe(350);
    await store.close();
  });

  it("obeys the law in the middle of its work, and shows how much of the prefetch is in use", async () => {
    const worker = await story.start({ BATCH_SIZE: "10", PREFETCH: "20" });
    const url = await urlOf(worker);
    const published = story.publish(...Array.from({ length: 500 }, (_, n) => aMessage({ taskId: `l/${n}` })));
    do {
      const families = await metrics(url);
      expectLaw(families);
      expect(metricTotal(families, "pulse_ingest_unsettled_deliveries")).toBeLessThanOrEqual(20);
    } while (worker.ended().length < 500);
    await published;
    expect(metricTotal(await metrics(url), "pulse_ingest_prefetch_limit_deliveries")).toBe(20);
    expect(await worker.stop()).toBe(0);
  });

  it("says which exchange is degraded, and stays ready for the others", async () => {
    story.listExchanges(["exchange/guest/nobody", story.exchange]);
    const worker = await story.start();
    const url = await urlOf(worker);
    expect((await probe(url, "/readyz")).status).toBe(200);
    expect((await status(url)).registry).toMatchObject({
      bindings: 1,
      degraded: [{ exchange: "exchange/guest/nobody", reason: expect.stringContaining("404") }],
      exchanges: [
        { exchange: "exchange/guest/nobody", routing_keys: ["story.#"] },
        { exchange: story.exchange, routing_keys: ["story.#"] },
      ],
    });
    expect(metricTotal(await metrics(url), "pulse_ingest_degraded_exchanges")).toBe(1);
    expect(await worker.stop()).toBe(0);
  });

  it("is alive while it waits for its store at the start, and says so", async () => {
    const worker = new WorkerProcess({
      AMQP_URL: node.url,
      REGISTRY_FILE: `${story.folder}/exchanges.yml`,
      MONGODB_URL: `mongodb://user:hunter2@127.0.0.1:${await freePort()}/?serverSelectionTimeoutMS=500`,
      SPOOL: "false",
      DATA_DIR: story.folder,
    });
    const url = await urlOf(worker);
    const { status: code, body } = await probe(url, "/readyz");
    expect(code).toBe(503);
    expect(JSON.stringify(body)).toContain("store: it is not open yet");
    expect((await probe(url, "/livez")).status).toBe(200);
    expect(JSON.stringify(await status(url))).not.toContain("hunter2");
    expect(await worker.stop()).toBe(0);
  });

  it("warns once before its queue is lost, and says when that is over; and serves nothing with HTTP_PORT=off", async () => {
    await (await story.start()).stop();
    await story.publish(...Array.from({ length: 2000 }, (_, n) => aMessage({ taskId: `d/${n}` })));
    // One message at a time takes some seconds, so that the depth is seen before the end.
    const worker = await story.start({
      PREFETCH: "1",
      BATCH_SIZE: "1",
      QUEUE_LIMIT: "2500",
      QUEUE_DEPTH_SECONDS: "1",
      HTTP_PORT: "off",
    });
    expect(worker.lines.map(({ event }) => event)).not.toContain("http_listening");
    expect(await worker.untilEvent("queue_depth_warning")).toMatchObject({ queue: story.queue, limit: 2500 });
    expect(await worker.untilEvent("queue_depth_ok")).toMatchObject({ queue: story.queue });
    expect(worker.lines.filter(({ event }) => event === "queue_depth_warning")).toHaveLength(1);
    expect(await worker.stop()).toBe(0);
  });

  it("refuses to start with the port of another worker, and says what to do", async () => {
    const first = await story.start();
    const { port } = new URL(await urlOf(first));
    const second = new WorkerProcess({
      AMQP_URL: node.url,
      REGISTRY_FILE: `${story.folder}/exchanges.yml`,
      DATA_DIR: `${story.folder}/second`,
      HTTP_PORT: port,
    });
    await expect(second.untilEvent("consuming")).rejects.toThrow(/HTTP_PORT: cannot listen on .*EADDRINUSE/);
    expect(await second.stop()).toBe(2);
    expect(await first.stop()).toBe(0);
  });
});

function expectLaw(families: readonly MetricFamily[]): void {
  expect(metricTotal(families, "pulse_ingest_jobs_received_total")).toBe(
    metricTotal(families, "pulse_ingest_jobs_total") +
      metricTotal(families, "pulse_ingest_jobs_in_hand") +
      metricTotal(families, "pulse_ingest_spooled_jobs"),
  );
}
