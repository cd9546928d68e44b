import { afterAll, afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { publishMessages } from "../../../src/broker/tools/publish-messages.ts";
import { type Rabbitmq, startRabbitmq } from "../../servers/rabbitmq.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { until } from "../../until.ts";
import { SourceStory } from "./a-source.ts";

jest.setTimeout(180_000);
const series = process.env["TEST_BROKER"] === "3" ? "3" : "4";
// A node of its own, because its troubles would affect every test that shares it.
const broker = await serverOrSkip(() => startRabbitmq({ series }));

broker.describe(`a ${broker.name} in trouble`, () => {
  let node: Rabbitmq;
  let story: SourceStory;
  beforeEach(async () => {
    node = broker.server();
    story = await SourceStory.on(node.url);
  });
  afterEach(() => story.end());
  afterAll(() => node.stop());

  it("delivers even when out of memory, and a publisher learns at its deadline that it is blocked", async () => {
    const source = story.open();
    story.settles = false;
    await story.untilTold("consuming");
    await story.publish(["a", "b"]);
    await story.untilCame(2);
    await node.control("set_vm_memory_high_watermark", "absolute", "1MB");
    const publication = { url: node.url, exchange: story.exchange, routingKey: "story.try" };
    const bodies = [Buffer.from("c")];
    await until(
      async () => (await publishMessages({ ...publication, bodies, timeoutMs: 3000 })) === "blocked",
      "the alarm",
    );
    story.held[0]?.settle("ack");
    story.held[1]?.settle("requeue");
    story.settles = true;
    // It was handed back, and has been delivered again since.
    await until(() => story.texts().filter((text) => text === "b").length === 2, "b again");
    expect(source.state()).toMatchObject({ consuming: true, reconnects: 0 });
    await node.control("set_vm_memory_high_watermark", "0.6");
    expect(await publishMessages({ ...publication, bodies, timeoutMs: 30_000 })).toBe("confirmed");
    await until(() => story.texts().includes("c"), "c");
  });

  // RabbitMQ 4.3 applies the limit to quorum queues only.
  it.each(series === "3" ? (["classic", "quorum"] as const) : (["quorum"] as const))(
    "redelivers what a consumer of a %s queue has not acknowledged in time, and drops late acknowledgements",
    async (type) => {
      await node.control(
        "eval",
        "application:set_env(rabbit, consumer_timeout, 1000), application:set_env(rabbit, channel_tick_interval, 500).",
      );
      const source = story.open({ queue: { name: story.name, type, local: false } });
      story.settles = false;
      await story.untilTold("consuming");
      await story.publish(["late"]);
      await story.untilCame(1);
      expect(await story.untilTold("broker_lost")).toMatchObject({
        reason: expect.stringMatching(/timed? ?out|cancelled/i),
      });
      story.settles = true;
      await story.untilCame(2);
      // An acknowledgement for the channel that is gone.
      story.held[0]?.settle("ack");
      for (const { settle } of story.held) settle("ack");
      await until(() => source.state().consuming && source.state().unsettled === 0, "all settled");
      await story.publish(["next"]);
      await until(() => story.texts().includes("next"), "the next one");
      expect(new Set(story.texts())).toEqual(new Set(["late", "next"]));
      await node.control("eval", "application:set_env(rabbit, consumer_timeout, 1800000).");
    },
  );
});
