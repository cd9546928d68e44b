import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { connect } from "amqplib";
import { totalOf } from "../../../src/metrics/counters.ts";
import { startCutProxy } from "../../doubles/cut-proxy.ts";
import { propertyList, publishRaw, rawHeader, textHeader } from "../../doubles/raw-message.ts";
import { throwAtPoison } from "../../doubles/throw-at-poison.mjs";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";
import { SourceStory } from "./a-source.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const pulseRights = {
  configure: "^(queue/USER/.*|exchange/USER/.*)$",
  write: "^(queue/USER/.*|exchange/USER/.*)$",
  read: "^(queue/USER/.*|exchange/.*)$",
};

broker.describe(`a delivery that the driver cannot read on ${broker.name}`, () => {
  let story: SourceStory;
  let readAgain: () => void;
  beforeEach(async () => {
    story = await SourceStory.on(broker.server().url);
    readAgain = throwAtPoison();
  });
  afterEach(async () => {
    readAgain();
    await story.end();
  });

  const poison = propertyList([
    textHeader("poison", "yes"),
    textHeader("compression", "gzip"),
    rawHeader("n", "I", Buffer.alloc(4)),
  ]);
  const publishPoison = (body: string): Promise<boolean> =>
    publishRaw(broker.server().url, {
      exchange: story.exchange,
      routingKey: "story.try",
      properties: poison,
      body: Buffer.from(body),
    });
  const toldOf = (event: string) => story.told.filter((line) => line.event === event);

  /** The messages of the queue of rejected deliveries, which is then removed. */
  async function takeSetAside(queue: string) {
    const connection = await connect(broker.server().url);
    const channel = await connection.createChannel();
    const parts = [await channel.get(queue), await channel.get(queue)];
    const { messageCount } = await channel.deleteQueue(queue);
    await channel.deleteExchange(queue.replace("queue", "exchange"));
    await connection.close();
    const read = parts.map((part) => {
      if (part === false) throw new Error("fewer than two messages");
      const { type, messageId, headers } = part.properties;
      return { type, messageId, headers, content: part.content };
    });
    return { read, others: messageCount };
  }

  for (const type of ["classic", "quorum"] as const) {
    it(`is set aside from a ${type} queue by a user with Pulse's rights, and the others arrive in order`, async () => {
      const user = `u${Date.now()}`;
      const rights = Object.fromEntries(
        Object.entries(pulseRights).map(([right, names]) => [right, names.replaceAll("USER", user)]),
      ) as typeof pulseRights;
      const url = await broker.server().admin.addUser(user, "secret", rights);
      const source = story.open({ url: async () => url, queue: { name: story.name, type, local: false } });
      await story.untilTold("consuming");
      await story.publish(["a", "b"]);
      await publishPoison("culprit");
      // This delivery is as long as the culprit, so only their headers distinguish them.
      await story.publish(["same_as", "d", "e"]);
      await until(() => toldOf("delivery_set_aside").length > 0, "set aside", 90_000);
      await until(() => story.texts().includes("e") && source.state().unsettled === 0, "the last one");

      const firstTimes = story.texts().filter((text, at, all) => all.indexOf(text) === at);
      expect(firstTimes.filter((text) => text !== "culprit")).toEqual(["a", "b", "same_as", "d", "e"]);
      const queue = `queue/${user}/${story.name}-unreadable`;
      const refused = story.held.filter(({ delivery }) => delivery.unreadable !== undefined);
      expect(refused.map(({ delivery }) => [delivery.body.toString(), delivery.unreadable])).toEqual([
        ["culprit", { queue }],
      ]);
      // With these, the body can be decoded when the rejection is replayed.
      expect(refused[0]?.delivery.properties).toEqual({
        content_type: "application/json",
        compression: "gzip",
      });
      expect(toldOf("delivery_set_aside")).toEqual([
        expect.objectContaining({ queue, exchange: story.exchange, routing_key: "story.try", bytes: 7 }),
      ]);
      expect(await totalOf(story.counters.deliveriesSetAside)).toBe(1);
      expect(toldOf("delivery_unreadable").map(({ times }) => times)).toEqual([1, 2]);
      const { read, others } = await takeSetAside(queue);
      const headers = { exchange: story.exchange, routing_key: "story.try" };
      expect(read).toMatchObject([
        { type: "properties", headers },
        { type: "body", headers, messageId: read[0]?.messageId },
      ]);
      expect(read[1]?.content.toString()).toBe("culprit");
      // A quorum queue counts deliveries in a header, so the list may have grown.
      expect(read[0]?.content.includes(textHeader("poison", "yes"))).toBe(true);
      if (type === "classic" && broker.server().series === "3") expect(read[0]?.content).toEqual(poison);
      expect(others).toBe(0);
      await source.stopConsuming();
      await source.close();
      await broker
        .server()
        .admin.request("DELETE", `/api/queues/%2F/${encodeURIComponent(`queue/${user}/${story.name}`)}`);
      await broker.server().admin.request("DELETE", `/api/users/${user}`);
    });
  }

  it("makes the worker take deliveries one at a time, until all such deliveries are set aside", async () => {
    const source = story.open();
    await story.untilTold("consuming");
    story.settles = false;
    await story.publish(["a", "b", "c"]);
    await story.untilCame(3);
    await publishPoison("culprit");
    await publishPoison("another");
    await story.publish(["d"]);
    await until(() => toldOf("delivery_unreadable").length > 0, "the first failure");
    // The broker delivers the first three again, now one by one: the next one arrives when the previous one is settled.
    const isSetAside = (count: number) => () => toldOf("delivery_set_aside").length === count;
    const cameTogether: number[] = [];
    for (let at = story.held.length; !isSetAside(1)(); ) {
      await until(() => story.held.length > at || isSetAside(1)(), "the next delivery", 90_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
      cameTogether.push(story.held.length - at);
      for (; at < story.held.length; at++) story.held[at]?.settle("ack");
    }
    expect(Math.max(...cameTogether)).toBe(1);
    story.settles = true;
    for (const { settle } of story.held) settle("ack");
    await until(isSetAside(2), "the other one is set aside", 90_000);
    await until(() => story.texts().includes("d") && source.state().unsettled === 0, "the last one");
    const queue = `${story.queue}-unreadable`;
    expect(
      story.held
        .filter(({ delivery }) => delivery.unreadable)
        .map(({ delivery }) => delivery.body.toString()),
    ).toEqual(["culprit", "another"]);
    // Each of them has failed three times, which is logged the first and the second time.
    expect(toldOf("delivery_unreadable").map(({ times }) => times)).toEqual([1, 2, 1, 2]);
    expect(await takeSetAside(queue)).toMatchObject({ others: 2 });
    await source.stopConsuming();
    await source.close();
  });

  it("stays in the queue until its rejection is durable", async () => {
    const source = story.open();
    await story.untilTold("consuming");
    story.settles = false;
    await publishPoison("culprit");
    // The store is unavailable for the first one, and available after that.
    await until(() => story.held.length === 1, "the first attempt", 90_000);
    story.held[0]?.settle("requeue");
    await until(() => story.held.length === 2, "the second attempt", 90_000);
    expect(toldOf("delivery_set_aside")).toEqual([]);
    story.held[1]?.settle("ack");
    await until(() => toldOf("delivery_set_aside").length === 1, "set aside");
    const { read, others } = await takeSetAside(`${story.queue}-unreadable`);
    expect([read[1]?.content.toString(), others]).toEqual(["culprit", 0]);
    await until(() => source.state().unsettled === 0, "settled");
    await source.stopConsuming();
    await source.close();
  });

  it("causes growing pauses, and so does a connection that is lost whenever it starts to consume", async () => {
    const proxy = await startCutProxy(Number(new URL(broker.server().url).port));
    // The longest pause that is allowed.
    const random = jest.spyOn(Math, "random").mockReturnValue(1);
    const url = new URL(broker.server().url);
    url.port = String(proxy.port);
    const source = story.open({ url: async () => url.href });
    const begunAt = performance.now();
    for (let loss = 0; loss < 4; loss++) {
      const from = story.told.length;
      await story.untilTold("consuming", loss === 0 ? 0 : from);
      proxy.drop();
    }
    const from = story.told.length;
    await story.untilTold("consuming", from);
    // 0.4, 0.8, 1.6 and 2 seconds.
    expect(performance.now() - begunAt).toBeGreaterThan(4700);
    random.mockRestore();
    await source.stopConsuming();
    await source.close();
    await proxy.close();
  });

  it("is retried at growing intervals while it cannot be set aside, and stays in the queue", async () => {
    const user = `u${Date.now()}`;
    const own = `^queue/${user}/${story.name}$`;
    const url = await broker
      .server()
      .admin.addUser(user, "secret", { configure: own, write: own, read: ".*" });
    const source = story.open({ url: async () => url });
    await story.untilTold("consuming");
    await publishPoison("culprit");
    await until(
      () => toldOf("delivery_unreadable").some(({ times }) => times === 4),
      "the fourth failure",
      90_000,
    );
    // Retried after one, two and four seconds.
    const [first, ...later] = toldOf("delivery_unreadable");
    expect((later.at(-1)?.toldAtMs ?? 0) - (first?.toldAtMs ?? 0)).toBeGreaterThan(6500);
    expect(later.at(-1)).toMatchObject({
      error: expect.stringMatching(/ACCESS_REFUSED/),
    });
    expect(toldOf("broker_lost")).toEqual([]);
    expect(toldOf("delivery_set_aside")).toEqual([]);
    await source.stopConsuming();
    await source.close();
    const connection = await connect(broker.server().url);
    const channel = await connection.createChannel();
    expect(await channel.deleteQueue(`queue/${user}/${story.name}`)).toEqual({ messageCount: 1 });
    await connection.close();
    await broker.server().admin.request("DELETE", `/api/users/${user}`);
  });
});
