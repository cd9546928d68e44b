import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { holdLock } from "../doubles/hold-lock.ts";
import { aMessage } from "../examples.ts";
import { metricTotal } from "../http/observe/metrics-text.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { untilAnswer } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";
import { metrics, probe, status, urlOf } from "./look-at-worker.ts";

jest.setTimeout(180_000);

const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`two workers on one embedded store, and ${broker.name}`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  it("answer while another process locks the file, and continue after that", async () => {
    const patience = { ACK_TIMEOUT_SECONDS: "6" };
    const workers = [await story.start(patience), await story.start(patience)];
    const urls = await Promise.all(workers.map(urlOf));
    const messages = (name: string) =>
      Array.from({ length: 300 }, (_, n) => aMessage({ taskId: `${name}/${n}` }));
    const stored = async (): Promise<number> =>
      workers.flatMap((worker) => worker.ended()).filter(({ outcome }) => outcome === "stored").length;
    await story.publish(...messages("before"));
    await untilAnswer(stored, (count) => count === 300);
    const from = workers.map(({ lines }) => lines.length);
    // Reading the metrics resets the delay of the event loop.
    await Promise.all(urls.map(metrics));

    const release = await holdLock(story.folder);
    await story.publish(...messages("meanwhile"));
    await Promise.all(workers.map((worker) => worker.untilEvent("store_away")));
    for (const url of urls) {
      expect((await probe(url, "/livez")).status).toBe(200);
      const { body } = await untilAnswer(
        () => probe(url, "/readyz"),
        (answer) => answer.status === 503,
      );
      expect(JSON.stringify(body)).toContain("database is locked");
    }
    // Half of the broker's acknowledgement timeout, because held deliveries cannot be spooled.
    for (const [index, worker] of workers.entries()) {
      expect(await worker.untilEvent("ack_age_warning", from[index])).toMatchObject({
        queue: story.queue,
        timeout_seconds: 6,
        trouble: "store unavailable: database is locked",
        hint: expect.stringContaining("delivers all of these messages again"),
      });
      const { broker: seen } = await status(urls[index] ?? "");
      expect(seen.ack_timeout_seconds).toBe(6);
      expect(seen.oldest_unsettled_seconds).toBeGreaterThanOrEqual(3);
    }
    await release();
    await Promise.all(workers.map((worker) => worker.untilEvent("store_back")));
    await untilAnswer(stored, (count) => count === 600);

    for (const [index, worker] of workers.entries()) {
      await worker.untilEvent("ack_age_ok", from[index]);
      const since = worker.lines.slice(from[index]).map(({ event }) => event);
      expect(since.filter((event) => event === "ack_age_warning")).toHaveLength(1);
    }
    for (const url of urls) {
      const seen = await metrics(url);
      expect(metricTotal(seen, "pulse_ingest_oldest_unsettled_age_seconds")).toBe(0);
      // SQLite's own wait would have blocked the event loop for seconds.
      expect(metricTotal(seen, "nodejs_eventloop_lag_max_seconds")).toBeLessThan(2.5);
      // No heartbeat was missed.
      expect(metricTotal(seen, "pulse_ingest_broker_reconnects_total")).toBe(0);
    }
    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
  });
});
