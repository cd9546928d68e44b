import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import {
  type DepthState,
  type DepthWatch,
  judgeDepth,
  readQueueDepth,
  startDepthWatch,
} from "../../../src/broker/queue/queue-depth.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";

describe("readings of a queue with a limit of 1000", () => {
  /** Returns the events of readings 10 s apart, and the final state. */
  function judged(...depths: readonly number[]): { events: (string | null)[]; last: DepthState } {
    const events: (string | null)[] = [];
    let last: DepthState | null = null;
    depths.forEach((messages, index) => {
      const reading = { queue: "q", messages, consumers: 1, atMs: index * 10_000 };
      const { state, event } = judgeDepth(last, reading, 1000);
      events.push(event === "warning" ? `over ${state.level}` : event);
      last = state;
    });
    if (last === null) throw new Error("a test without readings");
    return { events, last };
  }

  it.each([
    { story: "stays below", depths: [0, 249, 100], events: [null, null, null] },
    { story: "is high from the start", depths: [300, 300], events: ["over 25", null] },
    { story: "rises level by level", depths: [250, 500, 750], events: ["over 25", "over 50", "over 75"] },
    { story: "jumps over two levels: one warning", depths: [0, 800, 800], events: [null, "over 75", null] },
    {
      story: "swings around a level: reported once",
      depths: [250, 240, 260, 201, 255],
      events: ["over 25", null, null, null, null],
    },
    {
      story: "falls and rises again",
      depths: [260, 199, 260],
      events: ["over 25", "ok", "over 25"],
    },
    {
      story: "falls by one level without recovering, and rises again",
      depths: [800, 600, 800, 0],
      events: ["over 75", null, "over 75", "ok"],
    },
    { story: "is over the limit", depths: [2000, 2000], events: ["over 75", null] },
  ])("$story", ({ depths, events }) => {
    expect(judged(...depths).events).toEqual(events);
  });

  it("show how fast the queue grows over the last half minute, and when it reaches the limit", () => {
    expect(judged(0, 100, 200).last).toMatchObject({ growthPerSecond: 10, secondsToLimit: 80 });
    // Earlier readings do not count: the depth has stayed at 600 since 40 s.
    expect(judged(0, 600, 600, 600, 600).last).toMatchObject({ growthPerSecond: 0, secondsToLimit: null });
    expect(judged(500, 400).last).toMatchObject({ growthPerSecond: -10, secondsToLimit: null });
    expect(judged(0, 1200).last.secondsToLimit).toBe(0);
  });

  it("that are rare are compared with the previous one", () => {
    const reading = { queue: "q", messages: 0, consumers: 1, atMs: 0 };
    const first = judgeDepth(null, reading, 1000).state;
    const next = judgeDepth(first, { ...reading, messages: 600, atMs: 60_000 }, 1000).state;
    expect(next.growthPerSecond).toBe(10);
  });
});

const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`the watch over a queue on ${broker.name}`, () => {
  const queue = `queue/guest/depth-${randomUUID()}`;
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  let watch: DepthWatch;
  let told: Readonly<Record<string, unknown>>[];

  beforeEach(async () => {
    connection = await connect(broker.server().url);
    channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue);
    told = [];
    const tell = (event: string, fields = {}) => void told.push({ event, ...fields });
    watch = startDepthWatch({
      source: { queueDepth: () => readQueueDepth(connection, queue) },
      everyMs: 20,
      limit: 100,
      log: { error: tell, warn: tell, info: tell, debug: tell },
    });
  });
  afterEach(async () => {
    watch.stop();
    await channel.deleteQueue(queue);
    await connection.close();
  });

  async function grow(messages: number): Promise<void> {
    for (let n = 0; n < messages; n++) channel.sendToQueue(queue, Buffer.from("{}"));
    await channel.waitForConfirms();
  }

  async function shrink(messages: number): Promise<void> {
    for (let n = 0; n < messages; n++) {
      const message = await channel.get(queue);
      if (message !== false) channel.ack(message);
    }
  }

  /** Waits until the watch has seen this depth a few times. */
  async function seen(messages: number): Promise<void> {
    const hasSeen = (): boolean => {
      const readings = watch.state()?.readings.slice(-3) ?? [];
      return readings.length === 3 && readings.every((reading) => reading.messages === messages);
    };
    await until(hasSeen, `a depth of ${messages}`);
  }

  it("warns once per crossing, reports when that is over, and warns again", async () => {
    await grow(30);
    await seen(30);
    expect(told).toEqual([
      expect.objectContaining({
        event: "queue_depth_warning",
        queue,
        limit: 100,
        consumers: 0,
        level_percent: 25,
      }),
    ]);
    // The depth may have been read while they arrived.
    expect(told[0]?.["messages"]).toBeGreaterThanOrEqual(25);
    await grow(50);
    await seen(80);
    await shrink(7);
    await seen(73);
    await grow(7);
    await seen(80);
    // 50 may have been seen on the way up; around 75 there was one report.
    expect(told.filter((line) => line["level_percent"] === 75)).toHaveLength(1);
    await channel.purgeQueue(queue);
    await seen(0);
    expect(told.at(-1)).toMatchObject({ event: "queue_depth_ok", messages: 0 });
    await grow(26);
    await seen(26);
    expect(told.at(-1)).toMatchObject({ event: "queue_depth_warning", level_percent: 25 });
    expect(told.filter(({ event }) => event === "queue_depth_ok")).toHaveLength(1);
  });

  it("knows no depth while the queue is gone, and does not disturb other channels", async () => {
    await grow(1);
    await seen(1);
    await channel.deleteQueue(queue);
    await until(() => watch.state() === null);
    // The same channel stays open.
    await channel.assertQueue(queue);
    await seen(0);
    expect(told).toEqual([]);
  });
});
