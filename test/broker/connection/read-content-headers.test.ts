import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { readContentHeaders } from "../../../src/broker/connection/read-content-headers.ts";
import { tailExchanges } from "../../../src/broker/tools/tail-exchanges.ts";
import {
  deepestHeader,
  deepHeaders,
  knownHeaders,
  longHeaders,
  strangeHeaders,
} from "../../doubles/poison-headers.ts";
import { propertyList, publishRaw, rawHeader, textHeader } from "../../doubles/raw-message.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";
import { SourceStory } from "../consume/a-source.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

it("refuses immediately a driver that reads frames in another way", () => {
  expect(() => readContentHeaders({ rest: Buffer.alloc(0) })).toThrow(/read-content-headers/);
  expect(() => readContentHeaders({ recvFrame: () => false, rest: [] })).toThrow(/read-content-headers/);
});

broker.describe(`headers of every kind on ${broker.name}`, () => {
  let story: SourceStory;
  beforeEach(async () => {
    story = await SourceStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  /** Publishes a message for each header. @returns the texts of those that the broker accepted. */
  async function publishAll(headers: readonly { title: string; header: Buffer }[]): Promise<string[]> {
    const taken: string[] = [];
    for (const { title, header } of headers) {
      const properties = propertyList([textHeader("a", "1"), header]);
      const body = Buffer.from(title);
      const to = { exchange: story.exchange, routingKey: "story.try" };
      if (await publishRaw(broker.server().url, { ...to, properties, body })) taken.push(title);
    }
    return taken;
  }

  /** A delivery that the driver cannot read also arrives, but is set aside. */
  function expectNoFailure(): void {
    const failures = story.told.filter(({ event }) => ["broker_lost", "delivery_unreadable"].includes(event));
    expect(failures).toEqual([]);
    expect(story.held.filter(({ delivery }) => delivery.unreadable !== undefined)).toEqual([]);
  }

  for (const type of ["classic", "quorum"] as const) {
    it(`all deliveries of a ${type} queue arrive, once and in order, and the connection stays`, async () => {
      const source = story.open({ queue: { name: story.name, type, local: false } });
      await story.untilTold("consuming");
      const known = await publishAll([...knownHeaders, ...deepHeaders]);
      expect(known).toEqual([...knownHeaders, ...deepHeaders].map(({ title }) => title));
      const strange = await publishAll(strangeHeaders);
      // RabbitMQ reads `L`. If a broker refused it, this test would show nothing about it.
      expect(strange).toEqual(expect.arrayContaining(longHeaders.map(({ title }) => title)));
      await story.publish(["after"]);
      const expected = [...known, ...strange, "after"];
      await story.untilCame(expected.length);
      expect(story.texts()).toEqual(expected);
      expectNoFailure();
      await until(() => source.state().unsettled === 0, "all settled");
    });
  }

  it("do not prevent inspect from showing every message", async () => {
    const stop = new AbortController();
    const came: string[] = [];
    let isOpen = false;
    const tail = tailExchanges({
      url: broker.server().url,
      bindings: [{ exchange: story.exchange, routing_key: "#" }],
      maxBodyBytes: 1000,
      stop: stop.signal,
      onRefused: () => undefined,
      onOpen: () => {
        isOpen = true;
      },
      onDelivery: async ({ body }) => void came.push(body.toString()),
    });
    await until(() => isOpen, "the tail reads");
    const taken = await publishAll([...strangeHeaders, ...deepHeaders]);
    await story.publish(["after"]);
    await until(() => came.includes("after"), "the last message");
    stop.abort();
    await tail;
    expect(came).toEqual([...taken, "after"]);
  });

  for (const type of ["classic", "quorum"] as const) {
    it(`may be tables nested to the limit of a frame, in a ${type} queue`, async () => {
      story.open({ queue: { name: story.name, type, local: false } });
      await story.untilTold("consuming");
      const taken = await publishAll([deepestHeader]);
      expect(taken).toHaveLength(1);
      // RabbitMQ 4 itself takes half a minute to deliver it.
      await until(() => story.held.length > 0, "the delivery", 100_000);
      expect(story.texts()).toEqual(taken);
      expectNoFailure();
    });
  }

  it("may fill more than the negotiated frame size", async () => {
    story.open({ url: async () => `${broker.server().url}?frameMax=8192` });
    await story.untilTold("consuming");
    const taken = await publishAll([{ title: "large", header: textHeader("h", "x".repeat(100_000)) }]);
    await story.untilCame(1);
    expect(story.texts()).toEqual(taken);
    expectNoFailure();
  });

  it("may be followed by empty bodies and by bodies of many frames", async () => {
    story.open({ maxBodyBytes: 2 ** 21 });
    await story.untilTold("consuming");
    const properties = propertyList([rawHeader("h", "L", Buffer.alloc(8, 1))]);
    const to = { exchange: story.exchange, routingKey: "story.try", properties };
    await publishRaw(broker.server().url, { ...to, body: Buffer.alloc(0) });
    await story.publish(["x".repeat(2 ** 20)]);
    await story.untilCame(2);
    expect(story.texts().map(({ length }) => length)).toEqual([0, 2 ** 20]);
    expectNoFailure();
  });
});
