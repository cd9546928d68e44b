import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Delivery } from "../../src/domain/delivery.ts";
import type { ReadMessage } from "../../src/judge/verdict.ts";
import { outcomeTotals, rejectionTotals } from "../../src/metrics/counters.ts";
import { aDelivery, aMessage, limits } from "../examples.ts";
import { IngestStory, until } from "./an-ingest.ts";
import { realRead } from "./write-messages.ts";

jest.setTimeout(180_000);

/** The maximum number of jobs in one message by default. */
const MANY = limits.maxJobs;
/** The number of jobs that this test's worker writes at a time. */
const BATCH = 10;

let story: IngestStory;
beforeEach(async () => {
  story = await IngestStory.begin();
});
afterEach(() => story.end());

const manyJobs = (count = MANY) => Array.from({ length: count }, (_, n) => aMessage({ taskId: `many/${n}` }));
const settled = (delivery: Delivery) => () => story.settlements.has(delivery);
const storedJobs = async () => (await story.real.countDocuments())["jobs"];

async function lawHolds(): Promise<void> {
  const { received, accounted } = await story.law();
  expect(accounted).toBe(received);
}

/** Counts the verdicts that are made, to compare them with what has been written. */
function counting(made: { count: number }): (delivery: Delivery) => ReadMessage {
  return (delivery) => {
    const { jobs, verdictOf } = realRead(delivery);
    const counted = (index: number) => {
      made.count++;
      return verdictOf(index);
    };
    return { jobs, verdictOf: counted };
  };
}

describe("a message with more jobs than are allowed", () => {
  it.each([
    ["one more than the limit", aDelivery(manyJobs(MANY + 1)), MANY + 1],
    ["one MiB of empty objects", aDelivery(Buffer.from(`[${"{},".repeat(349_524)}{}]`)), 349_525],
  ])("is rejected as a whole, before any of them is judged: %s", async (_title, delivery, jobs) => {
    const made = { count: 0 };
    story.start({ read: counting(made) });
    story.deliver(delivery);
    await until(settled(delivery));
    expect(story.settlements.get(delivery)).toBe("ack");
    // The only verdict is the one on the whole message.
    expect(made.count).toBe(1);
    expect(await rejectionTotals(story.counters)).toEqual({ "too-many-jobs": 1 });
    const kept = await story.real.listRejections({ limit: 10 });
    expect(kept).toMatchObject([
      {
        fault: { reason: "too-many-jobs", jobs, limit: MANY },
        payload: { encoding: "base64", bytes: delivery.body.length, truncated: true },
      },
    ]);
    const [head] = kept.map(({ payload }) => Buffer.from(payload.content, "base64"));
    expect(head?.equals(delivery.body.subarray(0, 1000))).toBe(true);
    expect(await storedJobs()).toBe(0);
    expect(await story.law()).toMatchObject({ received: 1, accounted: 1 });
  });
});

describe("a message with as many jobs as are allowed", () => {
  it("is written in batches of jobs, and each job is judged just before it is written", async () => {
    const made = { count: 0 };
    const ahead: number[] = [];
    story.start({ read: counting(made) });
    const { storeSubmissions } = story.store;
    let written = 0;
    story.store.storeSubmissions = async (batch) => {
      ahead.push(made.count - written);
      written += batch.length;
      return storeSubmissions(batch);
    };
    const delivery = aDelivery(manyJobs());
    story.deliver(delivery);
    await until(settled(delivery));
    expect(story.store.batches.map(({ length }) => length)).toEqual(Array(MANY / BATCH).fill(BATCH));
    // Only the verdicts of the batch that is being written are held.
    expect(ahead).toEqual(Array(MANY / BATCH).fill(BATCH));
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: MANY });
    expect(await storedJobs()).toBe(MANY);
    await lawHolds();
  });

  it("lets the event loop turn between two batches, even with a store that answers immediately", async () => {
    const loop = countTurns();
    const turns: number[] = [];
    story.start({
      store: {
        ...story.real,
        recordRejections: (rejections) => {
          turns.push(loop.turns());
          return story.real.recordRejections(rejections);
        },
      },
    });
    const delivery = aDelivery(Array.from({ length: MANY }, (_, n) => ({ n })));
    story.deliver(delivery);
    await until(settled(delivery));
    loop.end();
    expect(turns.length).toBeGreaterThanOrEqual(MANY / BATCH);
    expect(new Set(turns).size).toBe(turns.length);
    expect(await rejectionTotals(story.counters)).toEqual({ "schema-violation": MANY });
    await lawHolds();
  });

  it("lets the event loop turn while the jobs of one batch are judged, and while their rejections are made", async () => {
    const JOBS = 60;
    const STEP_MS = 5;
    const loop = countTurns();
    const turns = { judging: [] as number[], rejecting: [] as number[] };
    /** Does a step of the work, which takes some time. */
    const work = (step: keyof typeof turns): void => {
      turns[step].push(loop.turns());
      for (const from = performance.now(); performance.now() - from < STEP_MS; );
    };
    story.start({
      batch: { maxItems: JOBS, maxBytes: 1e6, waitMs: 1 },
      quotaOf(exchange) {
        work("rejecting");
        return exchange;
      },
      read(delivery) {
        const { jobs, verdictOf } = realRead(delivery);
        const slow = (index: number) => {
          work("judging");
          return verdictOf(index);
        };
        return { jobs, verdictOf: slow };
      },
    });
    const delivery = aDelivery(Array.from({ length: JOBS }, (_, n) => ({ n })));
    story.deliver(delivery);
    await until(settled(delivery));
    loop.end();
    for (const during of Object.values(turns)) {
      expect(during).toHaveLength(JOBS);
      // There is a turn after at most 10 ms plus the current step, so that nothing waits for 50 ms.
      const steps = during.map((one) => during.filter((other) => other === one).length);
      expect(Math.max(...steps) * STEP_MS).toBeLessThan(50);
    }
  });

  it("fills as many batches as the same jobs in separate messages", async () => {
    const item = (n: number) => ({ n });
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    const batchesOf = async (deliveries: readonly Delivery[]): Promise<number> => {
      let batches = 0;
      story.start({
        store: {
          ...story.real,
          recordRejections: (rejections) => {
            batches++;
            return story.real.recordRejections(rejections);
          },
        },
      });
      story.deliver(...deliveries);
      await until(() => deliveries.every((delivery) => story.settlements.has(delivery)));
      await story.stop();
      return batches;
    };
    const together = await batchesOf([aDelivery(numbers.map(item))]);
    expect(together).toBe(await batchesOf(numbers.map((n) => aDelivery(item(n)))));
  });

  it("does not make small batches of the remaining jobs while other messages wait", async () => {
    story.start();
    // Ten messages are taken at a time, and they hold 14 jobs.
    const deliveries = Array.from({ length: 30 }, (_, n) => {
      const count = n % 10 === 9 ? 5 : 1;
      return aDelivery(Array.from({ length: count }, (_, at) => aMessage({ taskId: `left/${n}-${at}` })));
    });
    story.deliver(...deliveries);
    await until(() => deliveries.every((delivery) => story.settlements.has(delivery)));
    expect(story.store.batches.map(({ length }) => length)).toEqual([10, 10, 10, 10, 2]);
    await lawHolds();
  });

  it("is split into batches where the bodies of the jobs reach the limit of bytes", async () => {
    const text = "x".repeat(10_000);
    const blob = { name: "a", type: "text", blob: text };
    const jobs = Array.from({ length: 20 }, (_, n) =>
      aMessage({ taskId: `large/${n}`, extra: { artifacts: [blob] } }),
    );
    story.start({ batch: { maxItems: BATCH, maxBytes: 35_000, waitMs: 1 } });
    const delivery = aDelivery(jobs);
    story.deliver(delivery);
    await until(settled(delivery));
    expect(story.store.batches.map(({ length }) => length)).toEqual([3, 3, 3, 3, 3, 3, 2]);
  });

  it("is split into smaller batches if its jobs have more parts than usual", async () => {
    const coalesced = Array.from({ length: 60 }, (_, n) => `other/${n}`);
    const jobs = Array.from({ length: 10 }, (_, n) => aMessage({ taskId: `parts/${n}`, coalesced }));
    story.start();
    const delivery = aDelivery(jobs);
    story.deliver(delivery);
    await until(settled(delivery));
    expect(story.store.batches.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2]);
  });

  it("has the messages of one job applied in order, across batches", async () => {
    story.start();
    const states = ["pending", "running", "completed"].flatMap((state) =>
      Array.from({ length: 30 }, (_, n) => aMessage({ taskId: `order/${n}`, state })),
    );
    const delivery = aDelivery(states);
    story.deliver(delivery);
    await until(settled(delivery));
    for (let n = 0; n < 30; n++) {
      const found = await story.real.findJob("try", `order/${n}`);
      expect(found?.job).toMatchObject({ state: "completed", version: 3 });
    }
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 90, unchanged: 0 });
  });

  it("loses only the job that triggers a bug", async () => {
    story.start({
      read: (delivery) => {
        const { jobs, verdictOf } = realRead(delivery);
        const failing = (index: number) => {
          if (index === 25) throw new TypeError("a bug");
          return verdictOf(index);
        };
        return { jobs, verdictOf: failing };
      },
    });
    const first = aDelivery(manyJobs(50));
    story.deliver(first);
    await until(settled(first));
    expect(story.settlements.get(first)).toBe("requeue");
    const again = { ...first, redelivered: true };
    story.deliver(again);
    await until(settled(again));
    expect(story.settlements.get(again)).toBe("ack");
    expect(await storedJobs()).toBe(49);
    const totals = { stored: 49, unchanged: 49, failed: 1, rejected: 1 };
    expect(await outcomeTotals(story.counters)).toMatchObject(totals);
    await lawHolds();
  });

  it("is handled alone if it is a suspect, and its neighbours afterwards", async () => {
    story.start();
    const suspect = aDelivery(manyJobs(35), { redelivered: true });
    const behind = aDelivery(aMessage({ taskId: "behind/0" }));
    story.deliver(suspect, behind);
    await until(settled(behind));
    expect(story.settlements.get(suspect)).toBe("ack");
    expect(story.store.batches.map(({ length }) => length)).toEqual([10, 10, 10, 5, 1]);
    expect((await story.real.countDocuments())["suspects"]).toBe(0);
    await lawHolds();
  });
});

describe("a store that becomes unavailable in the middle of a message", () => {
  /** Makes the store unavailable once, after this many batches. */
  function goesAfter(batches: number): void {
    const { storeSubmissions } = story.store;
    let isOver = false;
    story.store.storeSubmissions = async (batch) => {
      if (!isOver && story.store.batches.length === batches) {
        isOver = true;
        story.store.mood = "gone";
      }
      return storeSubmissions(batch);
    };
  }

  it("gets the rest of the jobs when it is back, and no job twice", async () => {
    story.start({ spoolAfterMs: 60_000 });
    goesAfter(3);
    const delivery = aDelivery(manyJobs(100));
    story.deliver(delivery);
    await until(() => story.store.mood === "gone");
    await lawHolds();
    expect(story.settlements.size).toBe(0);
    story.store.mood = "there";
    await until(settled(delivery));
    expect(await storedJobs()).toBe(100);
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 100, unchanged: 0 });
    expect(story.store.batches.flat()).toHaveLength(100);
    await lawHolds();
  });

  it("and stays unavailable gets every job later from the spool, which holds the whole message", async () => {
    story.start();
    goesAfter(3);
    const delivery = aDelivery(manyJobs(100));
    story.deliver(delivery);
    await until(settled(delivery));
    expect(story.settlements.get(delivery)).toBe("ack");
    expect(await storedJobs()).toBe(30);
    expect(story.spool.load.deliveries).toBe(1);
    await lawHolds();
    story.store.mood = "there";
    await until(() => story.spool.load.deliveries === 0);
    await until(async () => (await story.law()).spooled === 0);
    expect(await storedJobs()).toBe(100);
    expect(await outcomeTotals(story.counters)).toMatchObject({ stored: 70, unchanged: 30 });
    await lawHolds();
  });
});

/** Counts the turns of the event loop until the end. */
function countTurns(): { turns(): number; end(): void } {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  return {
    turns: () => turns,
    end() {
      isOver = true;
    },
  };
}
