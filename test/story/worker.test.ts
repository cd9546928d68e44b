import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import type { JobView } from "../../src/store/ports/job-reads.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { startCutProxy } from "../doubles/cut-proxy.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { until } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a worker on ${broker.name}`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  it("stores a job that runs and fails, from a quorum queue, as testfailed, and acknowledges it", async () => {
    const worker = await story.start({ QUEUE_TYPE: "quorum" });
    await story.publish(aMessage({ state: "running" }), aMessage({ result: "fail" }));
    await ended(worker, 2);
    expect(await worker.stop()).toBe(0);
    expect((await job(story, "guid/0"))?.job).toMatchObject({ state: "completed", result: "testfailed" });
    expect(await waiting(story)).toBe(0);
  });

  it("ends every kind of message as expected, and logs the numbers at its end", async () => {
    const worker = await story.start();
    await story.publish(
      [
        aMessage({ taskId: "a/0" }),
        aMessage({ taskId: "a_b" }),
        aMessage({ taskId: "c/0", state: "unscheduled" }),
      ],
      aMessage({ taskId: "a/0" }),
      Buffer.from('{"taskId": "half'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from("[".repeat(100_000)),
      aMessage({ timeStarted: "not a date" }),
      Buffer.alloc(2 * 1024 * 1024, "x"),
    );
    await ended(worker, 9);
    expect(await worker.stop()).toBe(0);
    expect(worker.lines.find(({ event }) => event === "stopped")).toMatchObject({
      outcomes: { stored: 1, unchanged: 1, skipped: 1, rejected: 6, failed: 0 },
      rejections: { "schema-violation": 1, "malformed-body": 3, "unreadable-time": 1, "oversize-body": 1 },
    });
    const store = await story.store();
    const [late] = await store.listRejections({ reason: "unreadable-time", limit: 10 });
    expect(late).toMatchObject({
      project: "try",
      task_id: "guid/0",
      routing_key: "story.try",
      exchange: story.exchange,
    });
    const [oversize] = await store.listRejections({ reason: "oversize-body", limit: 1 });
    expect(oversize?.payload).toMatchObject({ bytes: 2 * 1024 * 1024, truncated: true });
    await store.close();
    expect(await waiting(story)).toBe(0);
  });

  it("applies accept_projects to messages of an exchange that its publisher has bound to the listed one", async () => {
    story.listExchanges([story.exchange], "['#']\n    accept_projects: [try]");
    const worker = await story.start();
    const other = `${story.exchange}-other`;
    await story.channel.assertExchange(other, "topic", { durable: false, autoDelete: true });
    await story.channel.bindExchange(story.exchange, other, "#");
    const origin = { kind: "hg.mozilla.org", project: "elsewhere", revision: "a".repeat(40) };
    for (const body of [aMessage({ taskId: "b/0" }), aMessage({ taskId: "b/1", origin })]) {
      story.channel.publish(other, "story.try", Buffer.from(JSON.stringify(body)));
    }
    await ended(worker, 2);
    await story.channel.deleteExchange(other);
    expect(await worker.stop()).toBe(0);
    expect(worker.lines.find(({ event }) => event === "stopped")).toMatchObject({
      outcomes: { stored: 1, rejected: 1 },
      rejections: { "project-not-accepted": 1 },
    });
  });

  it("loses and duplicates nothing when it is killed repeatedly while working", async () => {
    const jobs = 400;
    // The queue and its bindings must exist before the messages.
    await (await story.start()).stop();
    const all = ["pending", "running", "completed"].flatMap((state) =>
      Array.from({ length: jobs }, (_, n) =>
        aMessage({
          taskId: `k/${n}`,
          state,
          extra: { artifacts: [{ name: state, type: "json", blob: { n } }] },
        }),
      ),
    );
    await story.publish(...all);
    for (let kill = 0; kill < 3; kill++) {
      const worker = await story.start({ BATCH_SIZE: "20", PREFETCH: "40" });
      const goal = 20 + kill * 60;
      await worker.until(`${goal} jobs`, () => worker.ended().length >= goal).catch(() => undefined);
      await worker.kill();
    }
    do {
      const worker = await story.start();
      await queueEmpty(story);
      expect(await worker.stop()).toBe(0);
      // Deliveries in progress at the stop were returned to the broker.
    } while ((await waiting(story)) > 0);
    const store = await story.store();
    expect(await store.countDocuments()).toMatchObject({
      jobs,
      artifacts: 3 * jobs,
      resultsets: 1,
      rejections: 0,
    });
    for (let n = 0; n < jobs; n++) {
      const view = await store.findJob("try", `k/${n}`);
      expect(view?.job).toMatchObject({ state: "completed", version: 3 });
    }
    await store.close();
  });

  it("ends on a signal, even after a connection fell silent and was never closed", async () => {
    const address = new URL(broker.server().url);
    const proxy = await startCutProxy(Number(address.port));
    address.port = String(proxy.port);
    address.searchParams.set("heartbeat", "1");
    const worker = await story.start({ AMQP_URL: address.href });
    const before = worker.lines.length;
    proxy.freeze();
    await worker.untilEvent("consuming", before);
    expect(await worker.stop()).toBe(0);
    await proxy.close();
  });

  it("unbinds at the start what was removed from the registry, but not most of the bindings in one change unless forced", async () => {
    story.listExchanges([story.exchange], "[a, b, c, d, e, f]");
    await (await story.start()).stop();
    story.listExchanges([story.exchange], "[a, b, c, d, e]");
    const worker = await story.start();
    expect(worker.lines).toContainEqual(
      expect.objectContaining({ event: "unbound", routing_keys: ["story.f"] }),
    );
    expect(await worker.stop()).toBe(0);
    expect(await boundKeys(story)).toHaveLength(5);
    story.listExchanges([story.exchange], "[a]");
    const careful = await story.start();
    expect(careful.lines).toContainEqual(
      expect.objectContaining({ event: "prune_refused", bindings: 4, of: 5 }),
    );
    await careful.stop();
    expect(await boundKeys(story)).toHaveLength(5);
    await (await story.start({ PRUNE_FORCE: "true" })).stop();
    expect(await boundKeys(story)).toEqual(["story.a"]);
  });

  it("reads the other exchanges if one is missing, and says which; and leaves no queue behind with LOCAL=true", async () => {
    story.listExchanges([`exchange/guest/${randomUUID()}/nobody`, story.exchange]);
    const worker = await story.start({ LOCAL: "true" });
    const line = await worker.untilEvent("consuming");
    expect(await worker.untilEvent("exchange_degraded")).toMatchObject({
      reason: expect.stringContaining("404"),
    });
    await story.publish(aMessage());
    await ended(worker, 1);
    expect(await worker.stop()).toBe(0);
    await until(async () => {
      const queues = (await broker.server().admin.request("GET", "/api/queues/%2F")) as { name: string }[];
      return !queues.some(({ name }) => name === line["queue"]);
    }, "its queue is gone");
  });

  it("works with only the rights of a Pulse user: its own queues, everybody's exchanges", async () => {
    const own = "^(queue/reader/.*|exchange/reader/.*)";
    const url = await broker.server().admin.addUser("reader", "secret", {
      configure: own,
      write: own,
      read: "^(queue/reader/.*|exchange/.*)",
    });
    const worker = await story.start({ AMQP_URL: url });
    await story.publish(aMessage());
    await ended(worker, 1);
    expect(await worker.stop()).toBe(0);
    expect((await job(story, "guid/0"))?.job.state).toBe("completed");
    expect(worker.lines.map((line) => JSON.stringify(line)).join()).not.toContain("secret");
    await story.channel.deleteQueue(`queue/reader/${story.queueName}`);
  });
});

async function ended(worker: WorkerProcess, count: number): Promise<void> {
  await worker.until(`${count} jobs`, () => worker.ended().length >= count);
}

async function job(story: WorkerStory, guid: string): Promise<JobView | null> {
  const store: Store = await story.store();
  const view = await store.findJob("try", guid);
  await store.close();
  return view;
}

async function waiting(story: WorkerStory): Promise<number> {
  return (await story.channel.checkQueue(story.queue)).messageCount;
}

/** Waits until the queue is empty. Some messages may still be on their way or in progress. */
async function queueEmpty(story: WorkerStory): Promise<void> {
  while ((await waiting(story)) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function boundKeys(story: WorkerStory): Promise<string[]> {
  const path = `/api/queues/%2F/${encodeURIComponent(story.queue)}/bindings`;
  const bindings = (await broker.server().admin.request("GET", path)) as {
    source: string;
    routing_key: string;
  }[];
  return bindings
    .filter(({ source }) => source !== "")
    .map(({ routing_key }) => routing_key)
    .toSorted();
}
