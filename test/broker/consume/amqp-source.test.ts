import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type ChannelModel, connect } from "amqplib";
import type { BindingLedger } from "../../../src/store/ports/binding-ledger.ts";
import { type CutProxy, startCutProxy } from "../../doubles/cut-proxy.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";
import { SourceStory } from "./a-source.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
function heldMib(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers / 2 ** 20;
}

const anyRights = { configure: ".*", write: ".*", read: ".*" };

broker.describe(`a source on ${broker.name}`, () => {
  let story: SourceStory;
  let proxy: CutProxy;
  /** The broker through the proxy. */
  let url: string;
  beforeEach(async () => {
    story = await SourceStory.on(broker.server().url);
    proxy = await startCutProxy(Number(new URL(broker.server().url).port));
    url = throughProxy(broker.server().url);
  });
  afterEach(async () => {
    proxy.restore();
    await story.end();
    await proxy.close();
  });

  function throughProxy(address: string, parameters: Record<string, string> = {}): string {
    const through = new URL(address);
    through.port = String(proxy.port);
    for (const [name, value] of Object.entries(parameters)) through.searchParams.set(name, value);
    return through.href;
  }

  it("acknowledges deliveries that settle together with a few bytes, not one by one", async () => {
    const source = story.open({ url: async () => url });
    story.settles = false;
    await story.untilTold("consuming");
    await story.publish(Array.from({ length: 100 }, (_, n) => String(n)));
    await story.untilCame(100);
    const before = proxy.sentBytes();
    for (const { settle } of story.held) settle("ack");
    await until(() => source.state().unsettled === 0, "all settled");
    await until(() => proxy.sentBytes() > before, "the acknowledgement has left");
    await source.stopConsuming();
    // An acknowledgement takes 21 bytes, a cancel some 60.
    expect(proxy.sentBytes() - before).toBeLessThan(200);
  });

  it("keeps only the beginning of bodies that are too large, however long they are in progress", async () => {
    const source = story.open();
    story.settles = false;
    await story.untilTold("consuming");
    const before = heldMib();
    for (let n = 1; n <= 8; n++) {
      await story.publish(["x".repeat(8 * 2 ** 20)]);
      await story.untilCame(n);
    }
    await until(() => heldMib() - before < 24, "most of the 64 MiB are let go");
    for (const { settle } of story.held) settle("ack");
    await until(() => source.state().unsettled === 0, "all settled");
  });

  it.each(["classic", "quorum"] as const)(
    "holds fewer deliveries of a %s queue when they are large, and more when they are small again",
    async (type) => {
      const window = { prefetch: 20, prefetchBytes: 8000, maxBodyBytes: 2000 };
      const source = story.open({ ...window, queue: { name: story.name, type, local: false } });
      story.settles = false;
      await story.untilTold("consuming");
      const settleAll = (): void => {
        for (const one of story.held.splice(0)) one.settle("ack");
      };
      /** The prefetch of each consumer of the queue. */
      const prefetches = async (): Promise<number[]> => {
        const all = (await broker.server().admin.request("GET", "/api/consumers")) as {
          queue: { name: string };
          prefetch_count: number;
        }[];
        return all.filter((each) => each.queue.name === story.queue).map((each) => each.prefetch_count);
      };
      const publish = (count: number, bytes: number) =>
        story.publish(Array.from({ length: count }, () => "x".repeat(bytes)));
      // As many as fit if all had the longest body, and one more, because these have turned out to be small. When they are settled, the
      // others are delivered.
      await publish(40, 1);
      await story.untilCame(5);
      await wait(100);
      expect(source.state().unsettled).toBe(5);
      settleAll();
      await story.untilCame(20);
      await wait(100);
      expect(source.state().unsettled).toBe(20);
      settleAll();
      await story.untilCame(15);
      settleAll();
      await publish(1, 2000);
      await story.untilCame(1);
      settleAll();
      await until(async () => source.state().unsettled === 0, "an empty window");
      await until(async () => (await prefetches()).join() === "4", "a consumer with the smaller window");
      await publish(12, 2000);
      await story.untilCame(4);
      await wait(100);
      expect([story.held.length, source.state().unsettled]).toEqual([4, 4]);
      story.settles = true;
      settleAll();
      await publish(60, 1);
      await story.untilCame(68);
      expect(story.told.filter(({ event }) => event === "prefetch_changed")).toMatchObject([
        { deliveries: 20 },
        { deliveries: 4 },
        { deliveries: 20 },
      ]);
      expect(source.state().reconnects).toBe(0);
    },
  );

  it("sends no settlement while its channel closes, so that the broker delivers again", async () => {
    const source = story.open();
    story.settles = false;
    await story.untilTold("consuming");
    await story.publish(["a", "b"]);
    await story.untilCame(2);
    await source.stopConsuming();
    const closing = source.close();
    story.held[0]?.settle("ack");
    story.held[1]?.settle("requeue");
    await closing;
    expect(story.told.filter(({ event }) => event === "bug")).toEqual([]);
    await until(
      async () => (await story.channel.checkQueue(story.queue)).messageCount === 2,
      "both are back",
    );
  });

  describe("whose connection is cut", () => {
    it("does not send later settlements on the new channel, which counts tags from one again", async () => {
      const source = story.open({ url: async () => url });
      story.settles = false;
      await story.untilTold("consuming");
      await story.publish(["a", "b", "c"]);
      await story.untilCame(3);
      proxy.cut();
      await story.untilTold("broker_lost");
      proxy.restore();
      await story.untilCame(6);
      expect(story.texts()).toEqual(["a", "b", "c", "a", "b", "c"]);
      expect(story.held.map(({ delivery }) => delivery.redelivered)).toEqual([
        ...[false, false, false],
        ...[true, true, true],
      ]);
      // The new channel uses the same tags: settling them would settle deliveries that are still in progress there, and settle them again
      // later.
      for (const { settle } of story.held.slice(0, 3)) settle("ack");
      expect(source.state().unsettled).toBe(3);
      for (const { settle } of story.held.slice(3)) settle("ack");
      await story.publish(["d"]);
      await story.untilCame(7);
      story.held[6]?.settle("ack");
      await until(async () => source.state().unsettled === 0, "all settled");
      await source.stopConsuming();
      await source.close();
      expect(source.state().reconnects).toBe(1);
      // Nothing was handed back, and nothing was delivered a third time.
      expect((await story.channel.checkQueue(story.queue)).messageCount).toBe(0);
      expect(story.held).toHaveLength(7);
    });

    it("holds at most two prefetches when this happens again and again, however slow the work is", async () => {
      const source = story.open({ url: async () => url, prefetch: 2 });
      story.settles = false;
      await story.untilTold("consuming");
      await story.publish(["a", "b"]);
      await story.untilCame(2);
      proxy.cut();
      proxy.restore();
      await story.untilCame(4);
      const from = story.told.length;
      proxy.cut();
      proxy.restore();
      expect(await story.untilTold("earlier_deliveries_in_work", from)).toMatchObject({ deliveries: 4 });
      expect(source.state()).toMatchObject({ connected: true, consuming: false });
      expect(story.held).toHaveLength(4);
      story.held[0]?.settle("ack");
      story.held[2]?.settle("ack");
      await story.untilCame(6);
      story.settles = true;
      for (const { settle } of story.held) settle("ack");
      await until(() => source.state().unsettled === 0, "all settled");
    });

    it("reports an outage once and then at growing intervals, and at its end how long it lasted", async () => {
      story.open({ url: async () => url });
      await story.untilTold("consuming");
      proxy.cut();
      const away = () => story.told.filter(({ event }) => event === "broker_away");
      await until(() => away().some(({ attempt }) => Number(attempt) >= 4), "a fourth attempt");
      const from = story.told.length;
      proxy.restore();
      expect(await story.untilTold("consuming", from)).toMatchObject({
        queue_is_new: false,
        gap_ms: expect.any(Number),
      });
      // Reported at the first, second, fourth ... attempt, and when the reason changes.
      const others = away().filter(({ attempt }) => !Number.isInteger(Math.log2(Number(attempt))));
      const errors = new Set(away().map(({ error }) => error));
      expect(others.length).toBeLessThan(errors.size);
    });
  });

  it("notices a connection that has fallen silent, and consumes on a new one while the broker still holds the old one", async () => {
    const heartbeat = async () => throughProxy(broker.server().url, { heartbeat: "2" });
    const durable = story.open({ url: heartbeat });
    const local = story.open({ url: heartbeat, queue: { name: story.name, type: "classic", local: true } });
    const sources = [durable, local];
    await until(() => sources.every((source) => source.state().consuming), "both consume");
    const privateQueue = local.state().queue;
    proxy.freeze();
    const frozenAt = performance.now();
    expect(await story.untilTold("broker_lost")).toMatchObject({
      reason: expect.stringMatching(/heartbeat/i),
    });
    // Two to three heartbeat intervals of two seconds. The rest is allowance for a slow machine. The broker's own interval is a minute.
    expect(performance.now() - frozenAt).toBeLessThan(40_000);
    const isBack = (): boolean =>
      sources.every((source) => source.state().reconnects === 1 && source.state().consuming);
    await until(isBack, "both consume again");
    await story.publish(["after"]);
    await until(() => story.texts().filter((text) => text === "after").length === 2, "a message for each");
    // The queue has another name, because the first one is exclusive to a connection that is dead but has not been closed.
    expect(local.state().queue).not.toBe(privateQueue);
    expect(sources.map((source) => source.state().queuesLost)).toEqual([0, 0]);
  });

  describe("whose queue is deleted", () => {
    it("reports the loss, with the time of the last delivery, and consumes from a new queue", async () => {
      const source = story.open();
      await story.untilTold("consuming");
      await story.publish(["a"]);
      await story.untilCame(1);
      await story.channel.deleteQueue(story.queue);
      const line = await story.untilTold("queue_lost");
      expect(line).toMatchObject({ queue: story.queue, gap_ms: expect.any(Number) });
      expect(Date.parse(String(line["last_delivery_at"]))).toBeLessThanOrEqual(
        Date.parse(String(line["consumed_until"])),
      );
      // It was declared empty, and "a" has arrived since.
      expect(Date.parse(String(line["last_empty_at"]))).toBeLessThanOrEqual(
        Date.parse(String(line["last_delivery_at"])),
      );
      await story.publish(["b"]);
      await story.untilCame(2);
      expect(source.state()).toMatchObject({ queuesLost: 1, reconnects: 1 });
    });

    it("handles again the deliveries that it cannot return to the queue, because no other worker can get them", async () => {
      const source = story.open();
      story.settles = false;
      await story.untilTold("consuming");
      await story.publish(["a", "b"]);
      await story.untilCame(2);
      await story.channel.deleteQueue(story.queue);
      expect(await story.untilTold("queue_lost")).toMatchObject({ in_hand: 2 });
      expect(source.state().stranded).toBe(2);
      story.held[0]?.settle("requeue");
      await story.untilCame(3);
      expect(story.held[2]?.delivery).toMatchObject({ redelivered: true });
      expect(story.texts()).toEqual(["a", "b", "a"]);
      story.held[1]?.settle("ack");
      story.held[2]?.settle("ack");
      await until(() => source.state().stranded === 0, "none is in work any more");
    });

    it("during an outage handles again the deliveries that were handed back in between", async () => {
      story.open({ url: async () => url });
      story.settles = false;
      await story.untilTold("consuming");
      await story.publish(["a", "b"]);
      await story.untilCame(2);
      proxy.cut();
      await story.untilTold("broker_away");
      story.held[0]?.settle("requeue");
      story.held[1]?.settle("ack");
      await story.channel.deleteQueue(story.queue);
      proxy.restore();
      await story.untilCame(3);
      expect(story.texts()).toEqual(["a", "b", "a"]);
      story.held[2]?.settle("ack");
    });

    it("reports when it ends how many deliveries could not be handed back", async () => {
      const source = story.open();
      story.settles = false;
      await story.untilTold("consuming");
      await story.publish(["a"]);
      await story.untilCame(1);
      await story.channel.deleteQueue(story.queue);
      await story.untilTold("queue_lost");
      await source.stopConsuming();
      story.held[0]?.settle("requeue");
      await source.close();
      expect(await story.untilTold("deliveries_lost")).toMatchObject({ deliveries: 1 });
    });

    it("during an outage reports that as well", async () => {
      const source = story.open({ url: async () => url });
      await story.untilTold("consuming");
      proxy.cut();
      await story.untilTold("broker_away");
      await story.channel.deleteQueue(story.queue);
      proxy.restore();
      const line = await story.untilTold("consuming", story.told.length);
      expect(line).toMatchObject({ queue_is_new: true, queue_messages: 0 });
      expect(source.state().queuesLost).toBe(1);
      await story.publish(["a"]);
      await story.untilCame(1);
    });

    it("reports that even if the connection is lost again as soon as there is a new queue", async () => {
      let isToBreak = false;
      // The source asks for the bindings once the queue is declared.
      const registry = () => {
        if (isToBreak) proxy.drop();
        isToBreak = false;
        return story.registry;
      };
      const source = story.open({ url: async () => url, registry });
      await story.untilTold("consuming");
      proxy.cut();
      await story.untilTold("broker_away");
      await story.channel.deleteQueue(story.queue);
      isToBreak = true;
      proxy.restore();
      await story.untilTold("consuming", story.told.length);
      expect(isToBreak).toBe(false);
      expect(story.told.filter(({ event }) => event === "queue_lost")).toHaveLength(1);
      expect(source.state().queuesLost).toBe(1);
    });

    it("while no worker runs reports that, because the ledger knows the queue", async () => {
      const first = story.open();
      await story.untilTold("consuming");
      expect(story.told.map(({ event }) => event)).not.toContain("queue_lost");
      await first.stopConsuming();
      await first.close();
      await story.channel.deleteQueue(story.queue);
      story.open();
      expect(await story.untilTold("queue_lost")).toMatchObject({ consumed_until: null });
    });

    it("reports no loss when two workers start at the same moment", async () => {
      let otherHasNoted = (): void => undefined;
      const noted = new Promise<void>((resolve) => {
        otherHasNoted = resolve;
      });
      const { ledger } = story;
      let isAsked = false;
      const looksLate: BindingLedger = {
        async readBindings(queue) {
          isAsked = true;
          await noted;
          return ledger.readBindings(queue);
        },
        noteBindings: (...all) => ledger.noteBindings(...all),
        releaseBindings: (...all) => ledger.releaseBindings(...all),
        forgetBindings: (...all) => ledger.forgetBindings(...all),
      };
      // The worker that looks has made the queue, and the other one notes it before that.
      story.open({ ledger: looksLate });
      await until(() => isAsked, "the look");
      story.open();
      await story.untilTold("consuming");
      const from = story.told.length;
      otherHasNoted();
      expect(await story.untilTold("consuming", from)).toMatchObject({ queue_is_new: true });
      expect(story.told.map(({ event }) => event)).not.toContain("queue_lost");
    });
  });

  it("reads its address again after its password has changed", async () => {
    const { admin } = broker.server();
    const user = `user-${story.name}`;
    let address = await admin.addUser(user, "first-secret", anyRights);
    const source = story.open({ url: async () => throughProxy(address) });
    await story.untilTold("consuming");
    const next = await admin.addUser(user, "second-secret", anyRights);
    proxy.cut();
    proxy.restore();
    expect(await story.untilTold("broker_away")).toMatchObject({
      error: expect.stringMatching(/rejects user .* with this password; see AMQP_URL/),
    });
    address = next;
    await story.untilTold("consuming", story.told.length);
    expect(JSON.stringify(story.told)).not.toMatch(/(first|second)-secret/);
    await source.stopConsuming();
    await source.close();
    await story.channel.deleteQueue(`queue/${user}/${story.name}`);
    await admin.request("DELETE", `/api/users/${user}`);
  });

  it("uses another queue when its user changes, and does not report the first one as lost", async () => {
    const { admin } = broker.server();
    const users = [`one-${story.name}`, `two-${story.name}`];
    const addresses: string[] = [];
    for (const user of users) addresses.push(throughProxy(await admin.addUser(user, "x", anyRights)));
    let which = 0;
    const source = story.open({ url: async () => addresses[which] ?? "" });
    await story.untilTold("consuming");
    which = 1;
    proxy.cut();
    proxy.restore();
    const line = await story.untilTold("consuming", story.told.length);
    expect(line).toMatchObject({ queue: `queue/${users[1]}/${story.name}`, queue_is_new: true });
    expect(source.state()).toMatchObject({ queuesLost: 0, reconnects: 1 });
    await source.stopConsuming();
    await source.close();
    for (const user of users) {
      await story.channel.deleteQueue(`queue/${user}/${story.name}`);
      await admin.request("DELETE", `/api/users/${user}`);
    }
  });

  it.each(["classic", "quorum"] as const)(
    "keeps the order of a %s queue while its window grows and shrinks",
    async (type) => {
      story.settles = false;
      const source = story.open({
        queue: { name: story.name, type, local: false },
        ...{ prefetch: 64, prefetchBytes: 64_000, maxBodyBytes: 60_000 },
      });
      await story.untilTold("consuming");
      const texts = Array.from({ length: 400 }, (_, n) =>
        `${n}`.padEnd(Math.floor(n / 80) % 2 === 0 ? 50 : 9000),
      );
      await story.publish(texts);
      for (let settled = 0; settled < texts.length; settled++) {
        await story.untilCame(settled + 1);
        story.held[settled]?.settle("ack");
      }
      expect(story.texts().map(Number)).toEqual(texts.map(Number));
      expect(story.held.filter(({ delivery }) => delivery.redelivered)).toEqual([]);
      expect(story.told.filter(({ event }) => event === "prefetch_changed").length).toBeGreaterThan(1);
      expect(source.state().unsettled).toBeLessThanOrEqual(64);
    },
  );

  describe("whose queue is not available", () => {
    let other: ChannelModel;
    beforeEach(async () => {
      other = await connect(broker.server().url);
    });
    afterEach(() => other.close());

    it("keeps trying while another connection has exclusive use of it", async () => {
      const channel = await other.createChannel();
      await channel.assertQueue(story.queue, { exclusive: true, durable: true });
      story.open();
      expect(await story.untilTold("broker_away")).toMatchObject({
        error: expect.stringContaining("405"),
        hint: expect.stringContaining("another connection"),
      });
      await channel.deleteQueue(story.queue);
      await story.untilTold("consuming");
    });

    it("names the arguments that differ, does not touch the queue, and keeps trying until somebody has changed it", async () => {
      const channel = await other.createChannel();
      await channel.assertQueue(story.queue, { durable: true });
      channel.sendToQueue(story.queue, Buffer.from("precious"));
      story.open({ queue: { name: story.name, type: "quorum", local: false } });
      expect(await story.untilTold("broker_away")).toMatchObject({
        error: expect.stringMatching(/406.*inequivalent arg 'x-queue-type'.*'quorum'/s),
        hint: expect.stringContaining("QUEUE_TYPE"),
      });
      expect((await channel.checkQueue(story.queue)).messageCount).toBe(1);
      await channel.deleteQueue(story.queue);
      await story.untilTold("consuming");
    });

    it("consumes from it, with a warning, if only its delivery limit differs, as in a queue that RabbitMQ 3 made", async () => {
      const channel = await other.createChannel();
      const quorum = { durable: true, arguments: { "x-queue-type": "quorum" } };
      await channel.assertQueue(story.queue, quorum);
      channel.sendToQueue(story.queue, Buffer.from("precious"));
      story.open({ queue: { name: story.name, type: "quorum", local: false } });
      await story.untilCame(1);
      const warnings = story.told.filter(({ event }) => event === "queue_limits_deliveries");
      const hint = expect.stringContaining("policy");
      expect(warnings).toEqual(
        broker.server().series === "3" ? [] : [expect.objectContaining({ queue: story.queue, hint })],
      );
      expect(story.told.map(({ event }) => event)).not.toContain("broker_away");
    });
  });

  it("declares a classic queue if the settings say so, even where a vhost makes quorum queues by default", async () => {
    const { admin } = broker.server();
    const vhost = randomUUID();
    const url = await admin.addVhost(vhost);
    await admin.request("PUT", `/api/vhosts/${vhost}`, { default_queue_type: "quorum" });
    const there = await SourceStory.on(url);
    there.open();
    await there.untilTold("consuming");
    const look = () => admin.request("GET", `/api/queues/${vhost}/${encodeURIComponent(there.queue)}`);
    expect(await look()).toMatchObject({ arguments: { "x-queue-type": "classic" } });
    await there.end();
    await admin.removeVhost(vhost);
  });
});
