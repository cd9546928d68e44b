import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { decodeSegment } from "../../src/archive/segment.ts";
import type { Delivery } from "../../src/domain/delivery.ts";
import { Unavailable } from "../../src/domain/faults.ts";
import { suspectKey } from "../../src/ingest/deliveries/suspect-key.ts";
import { outcomeTotals, totalOf } from "../../src/metrics/counters.ts";
import { readArchived } from "../archive/read-archived.ts";
import { aDelivery, aMessage, EXCHANGE } from "../examples.ts";
import { IngestStory, until } from "./an-ingest.ts";
import { realRead } from "./write-messages.ts";

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

const job = (n: number, overrides: object = {}) => aDelivery(aMessage({ taskId: `s/${n}`, ...overrides }));
const start = (options: Parameters<IngestStory["start"]>[0] = {}) =>
  story.start({ keepsArchive: true, ...options });
const settled = (...deliveries: readonly Delivery[]) =>
  until(() => deliveries.every((delivery) => story.settlements.has(delivery)));

const archived = () => readArchived(story.real);
/** Returns the tasks of each archived message. */
const tasks = async () => (await archived()).map((entry) => entry.tasks);

async function lawHolds(): Promise<void> {
  const { received, accounted, inHand } = await story.law();
  expect([accounted, inHand]).toEqual([received, 0]);
}

describe("a message that has ended", () => {
  it("is archived as it arrived before it is acknowledged, whether it was stored, skipped or rejected", async () => {
    start();
    const properties = {
      content_type: "application/json",
      content_encoding: "utf-8",
      compression: "identity",
    };
    const oversize = { bytes: 5000, sha256: "ab", limitBytes: 10 };
    const deliveries = [
      { ...job(1), properties },
      job(2, { state: "unscheduled" }),
      job(3, { state: "no state" }),
      aDelivery([
        aMessage({ taskId: "s/4" }),
        aMessage({ taskId: "s/5", origin: { kind: "x", project: "b" } }),
      ]),
      aDelivery(Buffer.from([0xff, 0x00, 0x0a])),
      aDelivery(Buffer.from("begin"), { oversize }),
      aDelivery(Buffer.from("odd"), { unreadable: { queue: "queue/u/jobs-unreadable" } }),
      { ...job(6), redelivered: true, receivedAtMs: 1_700_000_000_123 },
    ];
    story.deliver(...deliveries);
    await settled(...deliveries);
    const entries = await archived();
    const byBody = new Map(entries.map((entry) => [entry.body.toString("latin1"), entry]));
    const inOrder = deliveries.map(({ body }) => byBody.get(body.toString("latin1")));
    expect(entries).toHaveLength(deliveries.length);
    expect(inOrder).toEqual(
      deliveries.map((delivery) => ({
        origin: {
          kind: "pulse",
          exchange: EXCHANGE,
          routingKey: "treeherder.try",
          redelivered: delivery.redelivered,
        },
        received_at: new Date(delivery.receivedAtMs).toISOString(),
        ...{ content_type: null, content_encoding: null, compression: null, ...delivery.properties },
        body: delivery.body,
        oversize: delivery.oversize,
        unreadable_queue: delivery.unreadable?.queue ?? null,
        projects: expect.anything(),
        tasks: expect.anything(),
      })),
    );
    expect(inOrder.map((entry) => entry?.projects.join())).toEqual([
      "try",
      "try",
      "try",
      "try,b",
      "",
      "",
      "",
      "try",
    ]);
    expect(inOrder.map((entry) => entry?.tasks.join())).toEqual([
      "s/1",
      "s/2",
      "s/3",
      "s/4,s/5",
      "",
      "",
      "",
      "s/6",
    ]);
    expect(await totalOf(story.counters.archivedMessages)).toBe(8);
    expect(await totalOf(story.counters.archivedRawBytes)).toBe(
      deliveries.reduce((sum, { body }) => sum + body.length, 0),
    );
    await lawHolds();
  });

  it("is archived in the same call that stores the jobs of its batch", async () => {
    start();
    const all = Array.from({ length: 10 }, (_, n) => job(n));
    story.deliver(...all);
    await settled(...all);
    expect(await tasks()).toHaveLength(10);
    // One call for each batch, and none for its segment.
    expect(story.store.calls).toBe(story.store.batches.length);
    expect(await totalOf(story.counters.archivedSegments)).toBe(story.store.batches.length);
  });

  it("is archived once and whole, even if its jobs do not fit into one batch", async () => {
    start();
    const array = aDelivery(Array.from({ length: 25 }, (_, n) => aMessage({ taskId: `a/${n}` })));
    story.deliver(array);
    await settled(array);
    const [entry, ...others] = await archived();
    expect(others).toEqual([]);
    expect(entry?.tasks).toEqual(Array.from({ length: 25 }, (_, n) => `a/${n}`));
    expect(entry?.body.equals(array.body)).toBe(true);
  });

  it("is not archived if it fails, but is when it is redelivered and rejected", async () => {
    const read: typeof realRead = (delivery) => {
      if (delivery.body.includes("s/1")) throw new TypeError("a bug");
      return realRead(delivery);
    };
    start({ read });
    const [first, good] = [job(1), job(2)];
    story.deliver(first, good);
    await settled(first, good);
    expect(story.settlements.get(first)).toBe("requeue");
    expect(await tasks()).toEqual([["s/2"]]);
    const again = { ...first, redelivered: true };
    story.deliver(again);
    await settled(again);
    expect((await archived()).filter(({ body }) => body.includes("s/1"))).toHaveLength(1);
    await lawHolds();
  });
});

describe("a store that becomes unavailable between a batch and its archive", () => {
  /** Makes the archive fail. `before`: nothing is written; `after`: the answer is lost. */
  function loseSegments(when: "before" | "after"): () => void {
    const { addSegment, storeArchived } = story.store;
    const away = async (): Promise<never> => {
      throw new Unavailable("store", "connection lost");
    };
    story.store.addSegment = async (segment) => (when === "after" ? addSegment(segment).then(away) : away());
    story.store.storeArchived = async (batch, segment) => {
      if (when === "after") await storeArchived(batch, segment);
      else await story.real.storeSubmissions(batch);
      return away();
    };
    return () => Object.assign(story.store, { addSegment, storeArchived });
  }

  it.each(["before", "after"] as const)(
    "(%s the segment is written) leaves deliveries unanswered, and each is archived once when it is back",
    async (when) => {
      start({ spoolAfterMs: 60_000 });
      const giveBack = loseSegments(when);
      const all = [job(1), job(2), job(3, { state: "no state" }), aDelivery(Buffer.from("none"))];
      story.deliver(...all);
      await until(() => story.times("store_away") > 0);
      expect(story.settlements.size).toBe(0);
      giveBack();
      await settled(...all);
      expect(await outcomeTotals(story.counters)).toMatchObject({ rejected: 2, failed: 0 });
      expect(new Set(story.settlements.values())).toEqual(new Set(["ack"]));
      expect((await archived()).map(({ body }) => body.toString()).toSorted()).toEqual(
        all.map(({ body }) => body.toString()).toSorted(),
      );
      await lawHolds();
    },
  );

  it("for long sends them to the spool, from where they are archived with their arrival and headers", async () => {
    start();
    const giveBack = loseSegments("before");
    const late = {
      ...job(1),
      receivedAtMs: Date.now() - 60_000,
      properties: { content_type: "application/json" },
    };
    const rejected = job(2, { state: "no state" });
    story.deliver(late, rejected);
    await settled(late, rejected);
    expect(story.spool.load.deliveries).toBe(2);
    expect(await archived()).toEqual([]);
    giveBack();
    await until(async () => (await story.law()).spooled === 0);
    const entries = await archived();
    expect(entries.map((entry) => entry.tasks.join())).toEqual(["s/1", "s/2"]);
    expect(entries[0]).toMatchObject({
      received_at: new Date(late.receivedAtMs).toISOString(),
      content_type: "application/json",
      body: late.body,
    });
    await lawHolds();
  });

  it("returns them to the broker if there is no spool and the worker stops, and logs them as failed", async () => {
    const told: unknown[] = [];
    const noted = (event: string, fields?: object): void => {
      story.events.push(event);
      if (event === "job_ended") told.push(fields);
    };
    const log = { error: noted, warn: noted, info: noted, debug: noted };
    start({ spooled: null, spoolAfterMs: 60_000, logsEachJob: true, log });
    loseSegments("before");
    // They are recorded before the worker tries to archive them.
    const all = [job(1, { state: "no state" }), job(2, { state: "no state" })];
    story.deliver(...all);
    await until(() => story.times("store_away") > 0);
    await story.stop();
    expect([...story.settlements.values()]).toEqual(["requeue", "requeue"]);
    expect(await outcomeTotals(story.counters)).toMatchObject({ failed: 2, stored: 0, rejected: 0 });
    expect(told).toMatchObject([{ outcome: "failed" }, { outcome: "failed" }]);
    await lawHolds();
  });
});

it("deliveries that go to the spool are archived when they leave it, and not before", async () => {
  start();
  story.store.mood = "gone";
  const all = [job(1), job(2), aDelivery(Buffer.from("none"))];
  story.deliver(...all);
  await settled(...all);
  expect(await archived()).toEqual([]);
  await story.stop();
  story.store.mood = "there";
  start();
  await until(async () => (await story.law()).spooled === 0);
  expect((await archived()).map(({ body }) => body.toString())).toEqual(
    all.map(({ body }) => body.toString()),
  );
});

it("a suspect that is set aside unread is archived", async () => {
  const suspect = { ...job(1), redelivered: true };
  const key = suspectKey(suspect);
  // As if two workers had died of it.
  for (let death = 0; death < 2; death++) await story.real.enterSuspects([key, `${key}-alone`]);
  start({ maxAttempts: 2 });
  story.deliver(suspect);
  await settled(suspect);
  expect(story.times("suspect_set_aside")).toBe(1);
  expect((await archived()).map(({ body }) => body.toString())).toEqual([suspect.body.toString()]);
});

it("a bug in archiving one message does not affect its neighbours, and does not requeue it for ever", async () => {
  start();
  const { addSegment } = story.store;
  story.store.addSegment = async (segment) => {
    const entries = await decodeSegment(segment.data);
    if (entries.some(({ tasks: [task] }) => task === "s/2")) throw new TypeError("a bug");
    return addSegment(segment);
  };
  const all = [1, 2, 3].map((n) => job(n, { state: "no state" }));
  story.deliver(...all);
  await settled(...all);
  expect(new Set(story.settlements.values())).toEqual(new Set(["ack"]));
  expect((await tasks()).flat().toSorted()).toEqual(["s/1", "s/3"]);
  expect([await totalOf(story.counters.notArchived), story.times("bug")]).toEqual([1, 1]);
});

it("nothing is archived if the archive is off", async () => {
  start({ keepsArchive: false });
  const all = [job(1), job(2, { state: "no state" })];
  story.deliver(...all);
  await settled(...all);
  expect(await archived()).toEqual([]);
});
