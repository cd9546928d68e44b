import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { openStore } from "../../src/store/open-store.ts";
import { type CutProxy, startCutProxy } from "../doubles/cut-proxy.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { untilAnswer } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";
import { status, urlOf } from "./look-at-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

broker.describe(`a queue on ${broker.name} that is deleted`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  it("is declared again and consumed from, and the worker says how long the gap was", async () => {
    const worker = await story.start();
    const before = worker.lines.length;
    await story.channel.deleteQueue(story.queue);
    const line = await worker.untilEvent("consuming", before);
    expect(line).toMatchObject({ queue_messages: 0, queue_is_new: true, gap_ms: expect.any(Number) });
    expect(await worker.untilEvent("queue_lost", before)).toMatchObject({ queue: story.queue });
    await story.publish(aMessage());
    await worker.until("the job has ended", () => worker.ended().length === 1);
    const store = await story.store();
    const found = await store.findJob("try", "guid/0");
    await store.close();
    expect(found?.job.state).toBe("completed");
    expect(await worker.stop()).toBe(0);
  });

  mongodb.describe(
    `while two messages are in progress and ${mongodb.name} is unavailable, without a spool`,
    () => {
      let proxy: CutProxy;
      let database: URL;
      beforeEach(async () => {
        database = new URL(mongodb.server().url);
        database.pathname = `/deleted-queue-${randomUUID()}`;
        proxy = await startCutProxy(Number(database.port));
      });
      afterEach(() => proxy.close());

      async function untilQueueLost(env: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
        const through = new URL(database);
        through.port = String(proxy.port);
        const worker = await story.start({ MONGODB_URL: through.href, SPOOL: "off", ...env });
        proxy.cut();
        await story.publish(aMessage({ taskId: "k/1" }), aMessage({ taskId: "k/2" }));
        await worker.untilEvent("store_away");
        const url = await urlOf(worker);
        await untilAnswer(
          () => status(url),
          ({ jobs }) => jobs.in_hand === 2,
        );
        await story.channel.deleteQueue(story.queue);
        expect(await worker.untilEvent("queue_lost")).toMatchObject({ in_hand: 2 });
        return worker;
      }

      it("makes a stopping worker wait for the store, because nobody else has the messages", async () => {
        const worker = await untilQueueLost();
        const code = worker.stop();
        await worker.untilEvent("stopping");
        await wait(1000);
        proxy.restore();
        expect(await code).toBe(0);
        const store = await openStore({ mongodbUrl: database.href, dataDir: "", rejectionTtlDays: 30 });
        const found = [await store.findJob("try", "k/1"), await store.findJob("try", "k/2")];
        await store.close();
        expect(found.map((view) => view?.job.state)).toEqual(["completed", "completed"]);
      });

      it("makes the worker say how many messages it has lost if the store stays unavailable until its end", async () => {
        const worker = await untilQueueLost({ SHUTDOWN_MS: "500" });
        expect(await worker.stop()).toBe(0);
        const { level, deliveries } = await worker.untilEvent("deliveries_lost");
        expect({ level, deliveries }).toEqual({ level: "error", deliveries: 2 });
      });
    },
  );
});
