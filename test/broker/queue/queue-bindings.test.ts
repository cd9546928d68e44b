import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { connect } from "amqplib";
import type { MessageSource } from "../../../src/broker/message-source.ts";
import { QueueBindings } from "../../../src/broker/queue/queue-bindings.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";
import { aRegistry, SourceStory } from "../consume/a-source.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`the bindings of a queue on ${broker.name}`, () => {
  let story: SourceStory;
  /** An exchange that does not exist. The test removes it at its end. */
  let other: string;
  beforeEach(async () => {
    story = await SourceStory.on(broker.server().url);
    other = `${story.exchange}-other`;
  });
  afterEach(async () => {
    await story.channel.deleteExchange(other);
    await story.end();
  });

  const declareOther = () => story.channel.assertExchange(other, "topic", { durable: true });

  it("are made without a missing exchange, and include it once it is declared", async () => {
    story.registry = aRegistry([other, story.exchange]);
    const source = story.open();
    await story.untilTold("consuming");
    expect(source.state()).toMatchObject({
      bindings: 1,
      degraded: [{ exchange: other, reason: expect.stringContaining("404") }],
    });
    await story.publish(["a"]);
    await story.untilCame(1);
    await declareOther();
    await story.untilTold("exchange_bound");
    await story.publish(["b"], other);
    await story.untilCame(2);
    expect(source.state()).toMatchObject({ bindings: 2, degraded: [], reconnects: 0 });
    expect(story.told.filter(({ event }) => event === "exchange_degraded")).toHaveLength(1);
  });

  it("are made without an exchange that this user may not read, and include it once the user may", async () => {
    await declareOther();
    const { admin } = broker.server();
    const user = `user-${story.name}`;
    const rights = { configure: `^queue/${user}/.*`, write: `^queue/${user}/.*` };
    const url = await admin.addUser(user, "x", {
      ...rights,
      read: `^(queue/${user}/.*|${story.exchange})$`,
    });
    story.registry = aRegistry([other, story.exchange]);
    const source = story.open({ url: async () => url });
    expect(await story.untilTold("exchange_degraded")).toMatchObject({
      exchange: other,
      reason: expect.stringContaining("403"),
    });
    await story.untilTold("consuming");
    await story.publish(["a"]);
    await story.untilCame(1);
    await admin.addUser(user, "x", { ...rights, read: ".*" });
    await story.untilTold("exchange_bound");
    await story.publish(["b"], other);
    await story.untilCame(2);
    expect(source.state().reconnects).toBe(0);
    await story.channel.deleteQueue(`queue/${user}/${story.name}`);
  });

  it("are made without an exchange whose type accepts no such keys, and include it once it is a topic exchange", async () => {
    // In series 3 such types exist only as plugins.
    if (broker.server().series === "3") return;
    await story.channel.assertExchange(other, "x-local-random", { durable: true });
    story.registry = aRegistry([other, story.exchange]);
    const source = story.open();
    await story.untilTold("consuming");
    const reason = expect.stringContaining("406");
    expect(source.state()).toMatchObject({ bindings: 1, degraded: [{ exchange: other, reason }] });
    await story.channel.deleteExchange(other);
    await declareOther();
    await story.untilTold("exchange_bound");
    expect(source.state()).toMatchObject({ bindings: 2, degraded: [], reconnects: 0 });
  });

  it("are made again after an exchange was deleted and redeclared, even while another one is missing", async () => {
    story.registry = aRegistry([other, story.exchange]);
    story.open({ recheckMs: 100 });
    await story.untilTold("consuming");
    const from = story.told.length;
    await story.channel.deleteExchange(story.exchange);
    expect(await story.untilTold("exchange_degraded", from)).toMatchObject({ exchange: story.exchange });
    await story.channel.assertExchange(story.exchange, "topic", { durable: true });
    await story.untilTold("exchange_bound");
    await story.publish(["a"]);
    await story.untilCame(1);
  });

  it("of a deleted exchange are removed when it leaves the registry, like any others", async () => {
    await declareOther();
    story.registry = aRegistry([other, story.exchange]);
    const source = story.open();
    await story.untilTold("consuming");
    await story.channel.deleteExchange(other);
    story.registry = aRegistry([story.exchange]);
    source.registryChanged();
    expect(await story.untilTold("unbound")).toMatchObject({ exchange: other });
    await until(async () => (await story.ledger.readBindings(story.queue)).length === 1, "one in the ledger");
    expect(source.state()).toMatchObject({ bindings: 1, left: 0, reconnects: 0 });
  });

  it("are not removed by a reconnect, not even those that no registry lists any more", async () => {
    const source = story.open();
    await story.untilTold("consuming");
    const stray = [{ exchange: story.exchange, routing_key: "stray" }];
    await story.ledger.noteBindings(story.queue, stray, { by: "", at: new Date().toISOString() });
    await story.ledger.releaseBindings(story.queue, stray, "");
    await story.channel.bindQueue(story.queue, story.exchange, "stray");
    await story.channel.deleteQueue(story.queue);
    await until(() => source.state().reconnects === 1, "a reconnect");
    expect(story.told.map(({ event }) => event)).not.toContain("unbound");
    expect(await story.ledger.readBindings(story.queue)).toHaveLength(2);
  });

  it("are made while the ledger is unavailable, and are recorded in it when it is back", async () => {
    let isAway = true;
    const readBindings = async (queue: string) => {
      if (isAway) throw new Unavailable("store", "away for a test");
      return story.ledger.readBindings(queue);
    };
    story.open({
      ledger: {
        readBindings,
        noteBindings: (...all) => story.ledger.noteBindings(...all),
        releaseBindings: (...all) => story.ledger.releaseBindings(...all),
        forgetBindings: (...all) => story.ledger.forgetBindings(...all),
      },
    });
    await story.untilTold("bindings_ledger_away");
    await story.untilTold("consuming");
    await story.publish(["a"]);
    await story.untilCame(1);
    isAway = false;
    await until(async () => (await story.ledger.readBindings(story.queue)).length === 1, "the ledger's note");
  });

  it("are made even if applying a registry failed halfway", async () => {
    await declareOther();
    let fails = false;
    const source = story.open({
      ledger: {
        async readBindings(queue) {
          if (!fails) return story.ledger.readBindings(queue);
          fails = false;
          throw new Error("a bug of a test");
        },
        noteBindings: (...all) => story.ledger.noteBindings(...all),
        releaseBindings: (...all) => story.ledger.releaseBindings(...all),
        forgetBindings: (...all) => story.ledger.forgetBindings(...all),
      },
    });
    await story.untilTold("consuming");
    fails = true;
    story.registry = aRegistry([story.exchange, other]);
    source.registryChanged();
    expect(await story.untilTold("bind_failed")).toMatchObject({ error: "a bug of a test" });
    expect(await story.untilTold("bound", story.told.length)).toMatchObject({ exchange: other });
    await story.publish(["a"], other);
    await story.untilCame(1);
  });

  it("are made for all exchanges except missing ones, whatever is in progress on the same channels", async () => {
    const missing = Array.from({ length: 20 }, (_, n) => `${other}-${n}`);
    const keys = ["k0", "k1", "k2"];
    await declareOther();
    story.registry = aRegistry(
      [...missing, other, ...missing.map((name) => `${name}-b`), story.exchange],
      keys,
    );
    const source = story.open();
    await story.untilTold("consuming");
    const { bindings, degraded } = source.state();
    expect(bindings).toBe(2 * keys.length);
    expect(degraded.map(({ exchange }) => exchange).toSorted()).toEqual(
      missing.flatMap((name) => [name, `${name}-b`]).toSorted(),
    );
    await story.publish(["a"], other, "story.k0");
    await story.publish(["b"], story.exchange, "story.k2");
    await story.untilCame(2);
  });

  it("are all requested on a new connection, and only the new ones after a change", async () => {
    await declareOther();
    const connection = await connect(broker.server().url);
    const asked: string[] = [];
    const createChannel = connection.createChannel.bind(connection);
    connection.createChannel = async () => {
      const channel = await createChannel();
      const sender = channel as unknown as { sendImmediately(method: number, fields: object): unknown };
      const send = sender.sendImmediately.bind(channel);
      sender.sendImmediately = (method, fields) => {
        if ("routingKey" in fields) asked.push(String(fields.routingKey));
        return send(method, fields);
      };
      return channel;
    };
    const noted: string[] = [];
    const quiet = () => undefined;
    const bindings = new QueueBindings({
      registry: () => story.registry,
      ledger: {
        readBindings: (queue) => story.ledger.readBindings(queue),
        async noteBindings(queue, some, claim) {
          for (const { routing_key } of some) noted.push(routing_key);
          await story.ledger.noteBindings(queue, some, claim);
        },
        releaseBindings: (...all) => story.ledger.releaseBindings(...all),
        forgetBindings: (...all) => story.ledger.forgetBindings(...all),
      },
      pruneForce: false,
      recheckMs: 60_000,
      log: { error: quiet, warn: quiet, info: quiet, debug: quiet },
    });
    await story.channel.assertQueue(story.queue, { durable: true });
    story.registry = aRegistry([story.exchange, other], ["a"]);
    await bindings.attach(connection, story.queue, new Date());
    expect([asked.splice(0), noted.splice(0)]).toEqual([
      ["story.a", "story.a"],
      ["story.a", "story.a"],
    ]);
    story.registry = aRegistry([story.exchange, other], ["a", "b"]);
    bindings.registryChanged();
    await until(() => asked.length > 1, "the new bindings");
    await until(
      async () => (await story.ledger.readBindings(story.queue)).length === 4,
      "four in the ledger",
    );
    expect([asked, noted]).toEqual([
      ["story.b", "story.b"],
      ["story.b", "story.b"],
    ]);
    await connection.close();
  });

  it("of two workers with different registries all stay, with a warning, until one of the workers has ended", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bindings-"));
    const stores: Store[] = [];
    // Like two processes, each opens the store for itself.
    for (let n = 0; n < 2; n++) {
      stores.push(await openStore({ mongodbUrl: null, dataDir: folder, rejectionTtlDays: 30 }));
    }
    const [one, two] = [aRegistry([story.exchange], ["a"]), aRegistry([story.exchange], ["b"])];
    const bound = async () =>
      ((await stores[0]?.readBindings(story.queue)) ?? []).map(({ routing_key }) => routing_key).toSorted();
    const options = { recheckMs: 200 };
    const first = story.open({ ...options, registry: () => one, ledger: stores[0] as Store });
    await story.untilTold("consuming");
    const second = story.open({ ...options, registry: () => two, ledger: stores[1] as Store });
    expect(await story.untilTold("registries_differ")).toMatchObject({ queue: story.queue, bindings: 1 });
    await story.publish(["a"], story.exchange, "story.a");
    await story.publish(["b"], story.exchange, "story.b");
    await story.untilCame(2);
    expect(await bound()).toEqual(["story.a", "story.b"]);
    expect(second.state().left).toBe(1);
    await first.stopConsuming();
    await first.close();
    expect(await story.untilTold("unbound")).toMatchObject({ routing_keys: ["story.a"] });
    await until(async () => (await bound()).join() === "story.b", "one binding left");
    expect(story.told.filter(({ event }) => event === "registries_differ")).toHaveLength(1);
    await second.stopConsuming();
    await second.close();
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });

  it("stay if another worker has recorded them since, even when a worker that also wanted them has ended", async () => {
    const [both, one] = [aRegistry([story.exchange], ["a", "b"]), aRegistry([story.exchange], ["a"])];
    const first = story.open({ registry: () => both });
    await story.untilTold("consuming");
    let from = story.told.length;
    story.open({ registry: () => both });
    await story.untilTold("consuming", from);
    await first.stopConsuming();
    await first.close();
    from = story.told.length;
    const third = story.open({ registry: () => one });
    await story.untilTold("consuming", from);
    expect(third.state().left).toBe(1);
    await story.publish(["b"], story.exchange, "story.b");
    await story.untilCame(1);
  });

  it("stay if one of two workers loses them from its registry, with a warning that names the other, until that one drops them too", async () => {
    const [both, one] = [aRegistry([story.exchange], ["a", "b"]), aRegistry([story.exchange], ["a"])];
    const registries = { first: both, second: both };
    const first = story.open({ registry: () => registries.first });
    await story.untilTold("consuming");
    const from = story.told.length;
    const second = story.open({ registry: () => registries.second, recheckMs: 200 });
    await story.untilTold("consuming", from);
    const known = await story.ledger.readBindings(story.queue);
    const [firstWorker] = known.flatMap(({ wanted }) => wanted.map(({ by }) => by));
    registries.second = one;
    second.registryChanged();
    expect(await story.untilTold("registries_differ")).toMatchObject({ bindings: 1, workers: [firstWorker] });
    expect(second.state().left).toBe(1);
    await story.publish(["b"], story.exchange, "story.b");
    await story.untilCame(1);
    expect(story.told.map(({ event }) => event)).not.toContain("unbound");
    registries.first = one;
    first.registryChanged();
    expect(await story.untilTold("unbound")).toMatchObject({ routing_keys: ["story.b"] });
    await until(() => second.state().left === 0, "nothing left");
    expect(await story.ledger.readBindings(story.queue)).toMatchObject([{ routing_key: "story.a" }]);
  });

  it("stay after a worker has ended that was the last to confirm them, as long as another one wants them", async () => {
    const [both, one] = [aRegistry([story.exchange], ["a", "b"]), aRegistry([story.exchange], ["a"])];
    const first = story.open({ registry: () => both });
    await story.untilTold("consuming");
    let from = story.told.length;
    const second = story.open({ registry: () => both });
    await story.untilTold("consuming", from);
    await second.stopConsuming();
    await second.close();
    from = story.told.length;
    const third = story.open({ registry: () => one, recheckMs: 200 });
    await story.untilTold("consuming", from);
    expect(third.state().left).toBe(1);
    await story.publish(["b"], story.exchange, "story.b");
    await story.untilCame(1);
    await first.stopConsuming();
    await first.close();
    expect(await story.untilTold("unbound")).toMatchObject({ routing_keys: ["story.b"] });
  });

  it("stay if another worker claims them while a worker that does not want them is starting", async () => {
    const stray = [{ exchange: story.exchange, routing_key: "story.stray" }];
    const claim = () => ({ by: "starting too", at: new Date().toISOString() });
    await story.ledger.noteBindings(story.queue, stray, claim());
    await story.ledger.releaseBindings(story.queue, stray, "starting too");
    const source = story.open({
      recheckMs: 200,
      ledger: {
        readBindings: (...all) => story.ledger.readBindings(...all),
        async noteBindings(...all) {
          await story.ledger.noteBindings(...all);
          await story.ledger.noteBindings(story.queue, stray, claim());
        },
        releaseBindings: (...all) => story.ledger.releaseBindings(...all),
        forgetBindings: (...all) => story.ledger.forgetBindings(...all),
      },
    });
    expect(await story.untilTold("registries_differ")).toMatchObject({ workers: ["starting too"] });
    expect(story.told.map(({ event }) => event)).not.toContain("unbound");
    expect(source.state().left).toBe(1);
  });

  it("are removed by the next check if two workers drop them at the same time", async () => {
    const both = aRegistry([story.exchange], ["a", "b"]);
    let registry = both;
    const sources: MessageSource[] = [];
    for (let n = 0; n < 2; n++) {
      const from = story.told.length;
      sources.push(story.open({ registry: () => registry, recheckMs: 200 }));
      await story.untilTold("consuming", from);
    }
    registry = aRegistry([story.exchange], ["a"]);
    for (const source of sources) source.registryChanged();
    expect(await story.untilTold("unbound")).toMatchObject({ routing_keys: ["story.b"] });
    await until(() => sources.every((source) => source.state().left === 0), "nothing left");
  });

  it("can be removed from a private queue and from a durable one with Pulse's rights alone", async () => {
    await declareOther();
    const { admin } = broker.server();
    const user = `user-${story.name}`;
    const own = `^(queue/${user}/.*|exchange/${user}/.*)`;
    const rights = { configure: own, write: own, read: `^(queue/${user}/.*|exchange/.*)` };
    const url = await admin.addUser(user, "x", rights);
    for (const local of [false, true]) {
      const from = story.told.length;
      story.registry = aRegistry([other, story.exchange]);
      const source = story.open({
        url: async () => url,
        queue: { name: story.name, type: "classic", local },
      });
      const { queue } = await story.untilTold("consuming", from);
      story.registry = aRegistry([story.exchange]);
      source.registryChanged();
      expect(await story.untilTold("unbound", from)).toMatchObject({ queue, exchange: other });
      expect(source.state()).toMatchObject({ degraded: [], left: 0, bindings: 1 });
      await source.stopConsuming();
      await source.close();
    }
    await story.channel.deleteQueue(`queue/${user}/${story.name}`);
  });
});
