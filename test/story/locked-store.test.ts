import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { holdLock } from "../doubles/hold-lock.ts";
import { aMessage } from "../examples.ts";
import { metricTotal } from "../http/metrics-text.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "./a-running-worker.ts";
import { metrics, probe, until, urlOf } from "./look-at-worker.ts";

jest.setTimeout(120_000);

const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`two workers on one embedded store, and ${broker.name}`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  it("answer while another process holds the file locked, and go on when it lets go", async () => {
    const workers = [await story.start(), await story.start()];
    const urls = await Promise.all(workers.map(urlOf));
    const messages = (name: string) =>
      Array.from({ length: 300 }, (_, n) => aMessage({ taskId: `${name}/${n}` }));
    await story.publish(...messages("before"));
    await Promise.all(workers.map((worker) => worker.until("work", () => worker.ended().length > 0)));
    // Each look at the metrics starts the event loop's delay anew.
    await Promise.all(urls.map(metrics));

    const release = await holdLock(story.folder);
    await story.publish(...messages("meanwhile"));
    await Promise.all(workers.map((worker) => worker.untilEvent("store_away")));
    for (const url of urls) {
      expect((await probe(url, "/livez")).status).toBe(200);
      const { body } = await until(
        () => probe(url, "/readyz"),
        (answer) => answer.status === 503,
      );
      expect(JSON.stringify(body)).toContain("database is locked");
    }
    await release();
    const stored = () =>
      workers.flatMap((worker) => worker.ended()).filter(({ outcome }) => outcome === "stored");
    await Promise.all(workers.map((worker) => worker.untilEvent("store_back")));
    await until(
      async () => stored().length,
      (count) => count === 600,
    );

    for (const url of urls) {
      const seen = await metrics(url);
      // SQLite's own wait would have blocked it for as long as that is set to: seconds.
      expect(metricTotal(seen, "nodejs_eventloop_lag_max_seconds")).toBeLessThan(2.5);
      // No heartbeat was missed.
      expect(metricTotal(seen, "pulse_ingest_broker_reconnects_total")).toBe(0);
    }
    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
  });
});
