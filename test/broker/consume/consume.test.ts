import { EventEmitter } from "node:events";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { ContentProperties } from "../../../src/broker/connection/content-properties.ts";
import { type Consumer, consume } from "../../../src/broker/consume/consume.ts";
import { PrefetchWindow } from "../../../src/broker/consume/prefetch-window.ts";
import type { Received } from "../../../src/broker/consume/to-delivery.ts";
import type { Settlement } from "../../../src/domain/delivery.ts";
import { until } from "../../until.ts";

/** A test double for a channel, which records what is sent on it. */
class ChannelDouble extends EventEmitter {
  readonly sent: string[] = [];
  #take: ((message: Received | null) => void) | null = null;
  /** The error with which `cancel` and `close` fail. */
  failure: Error | null = null;

  deliver(message: Received | null): void {
    this.#take?.(message);
  }

  /** Passes deliveries to this function instead of the consumer's callback. */
  deliverTo(take: (message: Received | null) => void): void {
    this.#take = take;
  }

  async consume(queue: string, take: (message: never) => void) {
    this.sent.push(`consume ${queue}`);
    this.#take ??= take as (message: Received | null) => void;
    return { consumerTag: "tag" };
  }

  async prefetch(count: number) {
    this.sent.push(`prefetch ${count}`);
    return {};
  }

  async cancel(consumerTag: string) {
    this.sent.push(`cancel ${consumerTag}`);
    if (this.failure !== null) throw this.failure;
    return { consumerTag };
  }

  async close(): Promise<void> {
    this.sent.push("close");
    if (this.failure !== null) throw this.failure;
  }

  ack({ fields }: { fields: { deliveryTag: number } }, multiple = false): void {
    this.sent.push(`ack ${multiple ? "to " : ""}${fields.deliveryTag}`);
  }

  nack({ fields }: { fields: { deliveryTag: number } }, multiple = false, requeue = true): void {
    this.sent.push(`nack ${fields.deliveryTag} ${multiple} ${requeue}`);
  }
}

/** A delivery that was passed to the handler; `end` gives the handler's answer. */
interface InWork {
  readonly text: string;
  readonly redelivered: boolean;
  end(settlement: Settlement): void;
}

interface Story {
  readonly channel: ChannelDouble;
  readonly consumer: Consumer;
  readonly inWork: InWork[];
  readonly warnings: object[];
  readonly unreadable: unknown[];
  /** Asks the worker to stop. */
  end(): void;
}

async function aStory({ fromElsewhere = false, maxBytes = 100_000 } = {}): Promise<Story> {
  const channel = new ChannelDouble();
  const inWork: InWork[] = [];
  const warnings: object[] = [];
  const unreadable: unknown[] = [];
  let isEnding = false;
  const note = (event: string, fields = {}) => void warnings.push({ event, ...fields });
  const consumer = await consume(channel, "jobs", {
    maxBodyBytes: 1000,
    window: new PrefetchWindow({ maxMessages: 100, maxBytes, longestBytes: 1000 }),
    handler: ({ body, redelivered }) =>
      new Promise((end) => inWork.push({ text: body.toString(), redelivered, end })),
    unreadable: (error) => unreadable.push(error),
    ...(fromElsewhere && {
      source: (take) => {
        channel.deliverTo(take as (message: Received | null) => void);
      },
    }),
    isEnding: () => isEnding,
    log: { error: note, warn: note, info: note, debug: note },
  });
  channel.sent.length = 0;
  const end = (): void => {
    isEnding = true;
  };
  return { channel, consumer, inWork, warnings, unreadable, end };
}

function aMessage(
  deliveryTag: number,
  properties: unknown = new ContentProperties(Buffer.alloc(2)),
): Received {
  return {
    fields: { deliveryTag, redelivered: false, exchange: "jobs", routingKey: "try", consumerTag: "tag" },
    properties,
    content: Buffer.from(`text ${deliveryTag}`),
  };
}

function deliver({ channel }: Story, ...tags: readonly number[]): void {
  for (const tag of tags) channel.deliver(aMessage(tag));
}

/** Ends the deliveries with these indexes, in this order, in one turn of the event loop. */
async function end({ inWork }: Story, settlement: Settlement, ...indexes: readonly number[]): Promise<void> {
  for (const index of indexes) inWork[index]?.end(settlement);
  await nextTurn();
}

it("passes each delivery to the handler immediately", async () => {
  const story = await aStory();
  deliver(story, 1, 2);
  expect(story.inWork).toMatchObject([
    { text: "text 1", redelivered: false },
    { text: "text 2", redelivered: false },
  ]);
  expect(story.consumer.unsettled()).toBe(2);
  expect(story.consumer.inWork()).toBe(2);
  expect(story.channel.sent).toEqual([]);
});

it("covers the deliveries of a batch with one acknowledgement, whatever the order in which they end", async () => {
  const story = await aStory();
  deliver(story, 1, 2, 3, 4);
  await end(story, "ack", 2, 0, 1);
  expect(story.channel.sent).toEqual(["ack to 3"]);
  expect(story.consumer.unsettled()).toBe(1);
  await end(story, "ack", 3);
  expect(story.channel.sent).toEqual(["ack to 3", "ack 4"]);
  expect(story.consumer.unsettled()).toBe(0);
});

it("does not acknowledge past a delivery that is still in progress", async () => {
  const story = await aStory();
  deliver(story, 1, 2);
  await end(story, "ack", 1);
  expect(story.channel.sent).toEqual([]);
  await end(story, "ack", 0);
  expect(story.channel.sent).toEqual(["ack to 2"]);
});

it("returns a single delivery to the queue, before a later acknowledgement covers its tag", async () => {
  const story = await aStory();
  deliver(story, 1, 2, 3);
  story.inWork[1]?.end("requeue");
  await end(story, "ack", 0, 2);
  expect(story.channel.sent).toEqual(["nack 2 false true", "ack to 3"]);
});

it("returns deliveries that arrive while it is being cancelled, and still settles the others", async () => {
  const story = await aStory();
  deliver(story, 1);
  await story.consumer.cancel();
  deliver(story, 2);
  await end(story, "ack", 0);
  expect(story.channel.sent).toEqual(["cancel tag", "nack 2 false true", "ack 1"]);
  expect(story.inWork).toHaveLength(1);
});

it("sends the settlements that are due before it closes the channel, and nothing afterwards", async () => {
  const story = await aStory();
  deliver(story, 1, 2, 3);
  await end(story, "ack", 0);
  story.inWork[1]?.end("ack");
  // The handler has answered, but the acknowledgement is not sent yet.
  await Promise.resolve().then(() => undefined);
  await story.consumer.close();
  await end(story, "ack", 2);
  expect(story.channel.sent).toEqual(["ack 1", "ack 2", "close"]);
  await story.consumer.close();
  expect(story.channel.sent.filter((sent) => sent === "close")).toHaveLength(1);
});

it("reports a channel that is lost while it is cancelled or closed, and does not throw", async () => {
  const story = await aStory();
  story.channel.failure = new Error("Channel closed");
  await story.consumer.cancel();
  await story.consumer.close();
  const warning = { event: "channel_lost_at_end", error: "Channel closed" };
  expect(story.warnings).toEqual([warning, warning]);
});

it("sends nothing once its channel is lost, because the broker redelivers what was not settled", async () => {
  const story = await aStory();
  deliver(story, 1, 2, 3);
  story.channel.emit("close");
  expect(story.consumer.inWork()).toBe(3);
  await end(story, "ack", 0);
  await end(story, "requeue", 1);
  await story.consumer.cancel();
  await story.consumer.close();
  expect(story.channel.sent).toEqual([]);
  expect(story.consumer.inWork()).toBe(1);
  expect(story.consumer.lost()).toBe(0);
});

it("reports that the broker has cancelled it", async () => {
  const story = await aStory();
  story.channel.deliver(null);
  expect(await story.consumer.cancelled).toContain("the queue was deleted");
});

it("handles again, as redelivered, what is handed back after its queue is gone", async () => {
  const story = await aStory();
  deliver(story, 1, 2);
  story.channel.deliver(null);
  await end(story, "requeue", 0);
  expect(story.inWork[2]).toMatchObject({ text: "text 1", redelivered: true });
  expect(story.consumer.inWork()).toBe(2);
  await end(story, "requeue", 2);
  expect(story.inWork[3]).toMatchObject({ text: "text 1", redelivered: true });
  await end(story, "ack", 1, 3);
  expect(story.consumer.inWork()).toBe(0);
  expect(story.channel.sent).toEqual([]);
});

it("handles again what was handed back on a lost channel, once it is known that the queue is gone", async () => {
  const story = await aStory();
  deliver(story, 1, 2);
  story.channel.emit("close");
  await end(story, "requeue", 0);
  expect(story.inWork).toHaveLength(2);
  story.consumer.queueGone();
  expect(story.inWork[2]).toMatchObject({ text: "text 1", redelivered: true });
});

it("handles nothing again once the worker is asked to stop, and counts those deliveries as lost", async () => {
  const story = await aStory();
  deliver(story, 1, 2);
  story.channel.deliver(null);
  story.end();
  await end(story, "requeue", 0);
  await end(story, "ack", 1);
  expect(story.inWork).toHaveLength(2);
  expect(story.consumer.lost()).toBe(1);
});

it("accepts and sends nothing more after a delivery that cannot be read", async () => {
  const story = await aStory();
  deliver(story, 1);
  story.channel.deliver(aMessage(2, { contentType: "decoded by the driver" }));
  deliver(story, 3);
  await end(story, "ack", 0);
  expect(story.unreadable).toEqual([
    expect.objectContaining({ message: expect.stringContaining("amqplib") }),
  ]);
  expect(story.inWork).toHaveLength(1);
  expect(story.channel.sent).toEqual([]);
});

it("accepts deliveries from another source if there is one, and settles them on its channel", async () => {
  const story = await aStory({ fromElsewhere: true });
  deliver(story, 1);
  await end(story, "ack", 0);
  expect(story.channel.sent).toEqual(["ack 1"]);
});

it("reports a bug in the handler's answers instead of ending the process", async () => {
  const story = await aStory();
  // Settles the same tag twice on one channel.
  deliver(story, 1, 1);
  await end(story, "ack", 0, 1);
  expect(story.warnings).toEqual([expect.objectContaining({ event: "bug", what: "settling" })]);
});

it("a temporary consumer for one delivery takes over until the former consumer's deliveries are settled; then one with the new window begins", async () => {
  const story = await aStory({ maxBytes: 4000 });
  deliver(story, 1, 2, 3);
  await nextTurn();
  expect(story.channel.sent).toEqual([]);
  deliver(story, 4);
  await nextTurn();
  const standIn = ["prefetch 1", "consume jobs", "cancel tag"];
  expect(story.channel.sent).toEqual(standIn);
  await end(story, "ack", 0, 1, 2);
  await wait(50);
  expect(story.channel.sent).toEqual([...standIn, "ack to 3"]);
  await end(story, "ack", 3);
  await until(() => story.channel.sent.length > 5);
  await nextTurn();
  // Together with the delivery that the temporary consumer may hold, this is the maximum that may be held.
  expect(story.channel.sent.slice(4)).toEqual(["ack 4", "prefetch 99", "consume jobs", "cancel tag"]);
});

it("replaces a consumer when no delivery is on its way to it: settlements wait until it has all that it may hold, or no more arrive", async () => {
  const story = await aStory({ maxBytes: 4000 });
  deliver(story, 1, 2, 3);
  await end(story, "ack", 0, 1, 2);
  deliver(story, 4);
  await end(story, "ack", 3);
  await wait(20);
  deliver(story, 5);
  await end(story, "ack", 4);
  expect(story.channel.sent).toEqual(["ack to 3"]);
  await until(() => story.channel.sent.length > 4);
  expect(story.channel.sent.slice(1)).toEqual(["prefetch 1", "consume jobs", "cancel tag", "ack to 5"]);
});

it("sends held-back settlements immediately when it is closed", async () => {
  const story = await aStory({ maxBytes: 4000 });
  deliver(story, 1, 2, 3);
  await end(story, "ack", 0, 1, 2);
  deliver(story, 4);
  await end(story, "ack", 3);
  await story.consumer.close();
  expect(story.channel.sent).toEqual(["ack to 3", "ack 4", "close"]);
});
