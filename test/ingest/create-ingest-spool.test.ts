import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Delivery } from "../../src/domain/delivery.ts";
import { outcomeTotals, rejectionTotals } from "../../src/metrics/counters.ts";
import { bytesOf } from "../../src/spool/spool-load.ts";
import { aDelivery, aMessage } from "../examples.ts";
import { IngestStory, until } from "./an-ingest.ts";
import { realRead } from "./write-messages.ts";

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

const job = (n: number, state = "completed") => aDelivery(aMessage({ taskId: `s/${n}`, state }));
const jobs = (count: number, from = 0) => Array.from({ length: count }, (_, n) => job(from + n));
const settledAll = (deliveries: readonly Delivery[]) => () =>
  deliveries.every((delivery) => story.settlements.has(delivery));
const allAcked = () => expect(new Set(story.settlements.values())).toEqual(new Set(["ack"]));
const storedJobs = async () => (await story.real.countDocuments())["jobs"];

async function lawHolds(): Promise<void> {
  const { received, accounted } = await story.law();
  expect(accounted).toBe(received);
}

describe("while the store is available", () => {
  it("nothing goes to the spool, and no file is created", async () => {
    story.start();
    const all = jobs(25);
    story.deliver(...all);
    await until(settledAll(all));
    allAcked();
    expect(await storedJobs()).toBe(25);
    expect(story.spoolFiles()).toEqual([]);
    await lawHolds();
  });
});

describe("while the store is unavailable", () => {
  it("for a short time, deliveries in progress are held, and nothing is spooled", async () => {
    story.start({ spoolAfterMs: 60_000 });
    story.store.mood = "gone";
    const all = jobs(5);
    story.deliver(...all);
    await until(() => story.store.calls >= 2);
    expect(story.settlements.size).toBe(0);
    await lawHolds();
    story.store.mood = "there";
    await until(settledAll(all));
    expect(await storedJobs()).toBe(5);
    expect(story.times("spool_started")).toBe(0);
  });

  it.each(["gone", "silent"] as const)(
    "(%s) for a long time, all deliveries go to the spool and are acknowledged",
    async (mood) => {
      story.start();
      story.store.mood = mood;
      const all = jobs(40);
      story.deliver(...all);
      await until(settledAll(all));
      allAcked();
      expect(await storedJobs()).toBe(0);
      expect(story.spool.load.deliveries).toBe(40);
      expect(await story.law()).toEqual({ received: 40, accounted: 40, inHand: 0, spooled: 40 });
      expect(story.times("spool_started")).toBe(1);
    },
  );
});

it("a job from the spool is counted under the same exchange label as when it was received", async () => {
  const exchange = "exchange/late/jobs";
  const arrived = (n: number): Delivery => ({ ...job(n), exchange, receivedAtMs: Date.now() });
  let listed: readonly string[] = [];
  const countedAs = async (): Promise<Record<string, readonly (number | undefined)[]>> => {
    const [received, ended] = await Promise.all([story.counters.received.get(), story.counters.ended.get()]);
    const sum = (values: typeof received.values | typeof ended.values, label: string): number =>
      values.reduce((total, { labels, value }) => total + (labels.exchange === label ? value : 0), 0);
    return Object.fromEntries(
      ["other", exchange].map((label) => [label, [sum(received.values, label), sum(ended.values, label)]]),
    );
  };
  story.start({ listedExchanges: () => listed });
  story.store.mood = "gone";
  const early = [arrived(1), arrived(2)];
  story.deliver(...early);
  await until(settledAll(early));
  listed = [exchange];
  await new Promise((resolve) => setTimeout(resolve, 5));
  const late = [arrived(3), arrived(4), arrived(5)];
  story.deliver(...late);
  await until(settledAll(late));
  expect(await countedAs()).toEqual({ other: [2, 0], [exchange]: [3, 0] });
  story.store.mood = "there";
  await until(async () => (await story.law()).spooled === 0);
  expect(await countedAs()).toEqual({ other: [2, 2], [exchange]: [3, 3] });

  // The next worker takes over this one's spool, and only then lists the exchange.
  story.store.mood = "gone";
  const left = [arrived(6)];
  story.deliver(...left);
  await until(settledAll(left));
  await story.stop();
  listed = [];
  story.start({ listedExchanges: () => listed });
  await new Promise((resolve) => setTimeout(resolve, 5));
  listed = [exchange];
  const last = [arrived(7)];
  story.deliver(...last);
  await until(settledAll(last));
  story.store.mood = "there";
  await until(async () => (await story.law()).spooled === 0);
  const counts = await countedAs();
  for (const [received, ended] of Object.values(counts)) expect(ended).toBe(received);
  expect(counts["other"]?.[0]).toBeGreaterThanOrEqual(1);
});

describe("when the store is back", () => {
  it("the spool is drained in order, deliveries that arrive in the meantime go to its end, and then it is empty", async () => {
    story.start();
    story.store.mood = "gone";
    const pending = Array.from({ length: 30 }, (_, n) => job(n, "pending"));
    story.deliver(...pending);
    await until(settledAll(pending));
    const running = Array.from({ length: 30 }, (_, n) => job(n, "running"));
    story.store.mood = "there";
    story.deliver(...running);
    const completed = jobs(30);
    story.deliver(...completed);
    await until(settledAll(completed));
    await until(() => story.spool.load.deliveries === 0);
    await until(async () => (await story.law()).spooled === 0);
    // Every job went through all three states, so no message was overtaken by a later one.
    for (let n = 0; n < 30; n++) {
      expect((await story.real.findJob("try", `s/${n}`))?.job).toMatchObject({
        state: "completed",
        version: 3,
      });
    }
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 90, unchanged: 0, failed: 0 });
    await lawHolds();
    expect(story.times("spool_empty")).toBeGreaterThanOrEqual(1);
    const direct = jobs(3, 100);
    story.deliver(...direct);
    await until(settledAll(direct));
    expect(await storedJobs()).toBe(33);
    await story.stop();
    expect(story.spoolFiles()).toEqual([]);
  });

  it("all jobs of an array are counted, even if it was spooled before it was read", async () => {
    story.start();
    story.store.mood = "gone";
    story.deliver(job(0));
    await until(() => story.spool.load.deliveries === 1);
    const array = aDelivery([1, 2, 3].map((n) => aMessage({ taskId: `a/${n}` })));
    story.deliver(array);
    await until(settledAll([array]));
    await lawHolds();
    story.store.mood = "there";
    await until(() => story.spool.load.deliveries === 0);
    await until(async () => (await story.law()).inHand === 0);
    expect(await story.law()).toEqual({ received: 4, accounted: 4, inHand: 0, spooled: 0 });
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 4 });
  });

  it("a message that cannot even be rejected goes to the end of a full spool, and the others leave it", async () => {
    const all = jobs(4);
    const bytes = all.reduce((sum, delivery) => sum + bytesOf({ delivery, jobs: 1 }), 0);
    const isPoison = (found: object): boolean => JSON.stringify(found).includes('"s/0"');
    const { storeSubmissions, recordRejections } = story.store;
    story.store.storeSubmissions = async (batch) => {
      // While the store is unavailable, it throws this error.
      const outcomes = await storeSubmissions(isPoison(batch) ? [] : batch);
      if (isPoison(batch)) throw new TypeError("a bug");
      return outcomes;
    };
    let isMended = false;
    story.store.recordRejections = async (rejections) => {
      if (!isMended) throw new TypeError("another bug");
      return recordRejections(rejections);
    };
    story.start({ spoolBytes: bytes });
    story.store.mood = "gone";
    story.deliver(...all);
    await until(settledAll(all));
    expect(story.spool.load).toMatchObject({ deliveries: 4, bytes });
    story.store.mood = "there";
    await until(() => story.spool.load.deliveries === 1);
    await until(async () => (await story.law()).spooled === 1);
    expect(await storedJobs()).toBe(3);
    await lawHolds();
    isMended = true;
    await until(() => story.spool.load.deliveries === 0);
    await until(async () => (await story.law()).spooled === 0);
    expect(await rejectionTotals(story.counters)).toEqual({ "internal-error": 1 });
    await lawHolds();
  });

  it("a message that triggers a bug is retried alone, then rejected, and its neighbours are stored", async () => {
    let tries = 0;
    story.start({
      read: (delivery) => {
        if (delivery.body.includes("s/7")) {
          tries++;
          throw new TypeError("a bug");
        }
        return realRead(delivery);
      },
    });
    story.store.mood = "gone";
    story.deliver(job(100));
    await until(() => story.spool.load.deliveries === 1);
    const all = jobs(10);
    story.deliver(...all);
    await until(settledAll(all));
    allAcked();
    story.store.mood = "there";
    await until(() => story.spool.load.deliveries === 0);
    expect(await storedJobs()).toBe(10);
    expect(tries).toBe(2);
    expect(await rejectionTotals(story.counters)).toEqual({ "internal-error": 1 });
    expect(await story.real.listRejections({ limit: 10 })).toHaveLength(1);
    await lawHolds();
  });
});

describe("a full spool", () => {
  it("makes the worker hold its deliveries, is logged once, and loses nothing", async () => {
    story.start({ spoolBytes: 12_000 });
    story.store.mood = "gone";
    const all = jobs(60);
    story.deliver(...all);
    await until(() => story.times("spool_full") === 1);
    expect(story.trouble()).toContain("SPOOL_MAX_BYTES");
    const acked = story.settlements.size;
    expect(acked).toBe(story.spool.load.deliveries);
    expect(acked).toBeGreaterThan(0);
    expect(acked).toBeLessThan(60);
    await lawHolds();
    story.store.mood = "there";
    await until(settledAll(all));
    await until(() => story.spool.load.deliveries === 0);
    allAcked();
    expect(await storedJobs()).toBe(60);
    expect(story.times("spool_full")).toBe(1);
    expect(story.trouble()).toBeNull();
  });
});

describe("a shutdown with a full spool", () => {
  it("immediately requeues what does not fit, even if the store has just come back", async () => {
    story.start({ spoolBytes: 12_000, batch: { maxItems: 1, maxBytes: 1e6, waitMs: 1 } });
    story.store.mood = "gone";
    const all = jobs(60);
    story.deliver(...all);
    await until(() => story.times("spool_full") === 1);
    story.store.mood = "there";
    await until(() => story.store.batches.length > 0);
    story.store.mood = "silent";
    let tries = 0;
    const { append } = story.spool;
    jest.spyOn(story.spool, "append").mockImplementation((entries) => {
      tries++;
      // The time limit of the test could not end a loop that never yields to the event loop.
      if (tries < 1000) append(entries);
    });
    await story.stop();
    expect(tries).toBeLessThan(100);
    const handedBack = [...story.settlements.values()].filter((settlement) => settlement === "requeue");
    expect(handedBack.length).toBeGreaterThan(0);
    expect(story.settlements.size).toBe(60);
    await lawHolds();
  });
});

describe("a shutdown while the store is unavailable", () => {
  it("puts deliveries in progress into the spool, and the next worker stores them", async () => {
    story.start({ spoolAfterMs: 60_000 });
    story.store.mood = "gone";
    const all = jobs(25);
    story.deliver(...all);
    await until(() => story.times("store_away") > 0);
    await story.stop();
    expect(story.settlements.size).toBe(25);
    allAcked();
    expect(story.spoolFiles()).toHaveLength(1);
    story.store.mood = "there";
    story.start();
    expect((await story.law()).received).toBe(25);
    await until(async () => (await story.law()).spooled === 0);
    expect(await storedJobs()).toBe(25);
    await lawHolds();
    await story.stop();
    expect(story.spoolFiles()).toEqual([]);
  });

  it("requeues deliveries in progress if there is no spool", async () => {
    story.start({ spooled: null });
    story.store.mood = "gone";
    const all = jobs(5);
    story.deliver(...all);
    await until(() => story.times("store_away") > 0);
    await story.stop();
    expect([...story.settlements.values()]).toEqual(Array(5).fill("requeue"));
    expect(await outcomeTotals(story.counters)).toMatchObject({ failed: 5 });
    await lawHolds();
  });

  it("leaves the contents of the spool unchanged", async () => {
    story.start();
    story.store.mood = "gone";
    const all = jobs(25);
    story.deliver(...all);
    await until(settledAll(all));
    await story.stop();
    story.start();
    expect(story.spool.load.deliveries).toBe(25);
    expect(await story.law()).toMatchObject({ received: 25, accounted: 25 });
    await story.stop();
  });
});
