import { describe, expect, it } from "@jest/globals";
import { BatchCollector } from "../../src/ingest/collect-batch.ts";

const limits = { maxItems: 3, maxBytes: 100, waitMs: 5 };
const item = (id: number, bytes = 1) => ({ id, bytes });
const ids = (batch: { id: number }[] | null) => batch?.map(({ id }) => id);

describe("a batch", () => {
  it("contains what arrived while the writer was busy, in order, up to the limit of messages", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>(limits);
    for (const id of [1, 2, 3, 4, 5]) collector.add(item(id));
    expect(ids(await collector.take())).toEqual([1, 2, 3]);
    expect(ids(await collector.take())).toEqual([4, 5]);
  });

  it("ends before the message that would exceed the limit of bytes", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>(limits);
    for (const id of [1, 2, 3]) collector.add(item(id, 60));
    expect(ids(await collector.take())).toEqual([1]);
    expect(ids(await collector.take())).toEqual([2]);
    expect(ids(await collector.take())).toEqual([3]);
  });

  it("may contain a single message that exceeds the limit of bytes", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>(limits);
    collector.add(item(1, 500));
    expect(ids(await collector.take())).toEqual([1]);
  });

  it("also contains messages that arrive during the wait", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>({ ...limits, waitMs: 60_000 });
    const taken = collector.take();
    collector.add(item(1));
    await new Promise((resolve) => setImmediate(resolve));
    collector.add(item(2));
    collector.add(item(3));
    expect(ids(await taken)).toEqual([1, 2, 3]);
  });

  it("may contain a single message when the wait is over", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>(limits);
    const taken = collector.take();
    collector.add(item(1));
    expect(ids(await taken)).toEqual([1]);
  });
});

describe("a closed collector", () => {
  it("returns what it still holds, then null", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>(limits);
    collector.add(item(1));
    collector.close();
    expect(ids(await collector.take())).toEqual([1]);
    expect(await collector.take()).toBeNull();
  });

  it("wakes a waiting writer", async () => {
    const collector = new BatchCollector<{ id: number; bytes: number }>(limits);
    const taken = collector.take();
    collector.close();
    expect(await taken).toBeNull();
  });
});
