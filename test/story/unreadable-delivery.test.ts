import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { runCli } from "../cli/run-cli.ts";
import { deepHeaders, strangeHeaders } from "../doubles/poison-headers.ts";
import { propertyList, publishRaw, textHeader } from "../doubles/raw-message.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const throwingDriver = new URL("../doubles/throwing-driver.mjs", import.meta.url).href;

broker.describe(`messages with headers of every kind, on ${broker.name}`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  const bodyOf = (taskId: string): Buffer => Buffer.from(JSON.stringify(aMessage({ taskId })));
  const publishRawly = (properties: Buffer, body: Buffer): Promise<boolean> =>
    publishRaw(broker.server().url, { exchange: story.exchange, routingKey: "story.try", properties, body });
  const publishWith = (header: Buffer, taskId: string): Promise<boolean> =>
    publishRawly(propertyList([header]), bodyOf(taskId));

  it("are stored like any others, by a worker that keeps its connection", async () => {
    const worker = await story.start();
    const taken: string[] = [];
    for (const [at, { header }] of [...strangeHeaders, ...deepHeaders].entries()) {
      if (await publishWith(header, `h${at}/0`)) taken.push(`h${at}/0`);
    }
    await story.publish(aMessage({ taskId: "after/0" }));
    await worker.until("the last job", () => worker.ended().some(({ guid }) => guid === "after/0"));
    expect(worker.ended().map(({ guid, outcome }) => [guid, outcome])).toEqual(
      [...taken, "after/0"].map((guid) => [guid, "stored"]),
    );
    expect(worker.lines.filter(({ event }) => event === "broker_lost")).toEqual([]);
  });

  it("are set aside if the driver fails on them, and can be replayed; the jobs before and after them are stored", async () => {
    await (await story.start()).stop();
    await story.publish(aMessage({ taskId: "before/0" }));
    const declared = propertyList([textHeader("poison", "yes")], { contentEncoding: "gzip" });
    await publishRawly(declared, gzipSync(bodyOf("poison/0")));
    await story.publish(aMessage({ taskId: "behind/0" }));
    const worker = await story.start({ NODE_OPTIONS: `--import=${throwingDriver}` });
    const isBehind = (): boolean => worker.ended().some(({ guid }) => guid === "behind/0");
    await worker.until("the job behind", isBehind, 120_000);

    const store = await story.store();
    const [before, poison, behind] = await Promise.all(
      ["before/0", "poison/0", "behind/0"].map((guid) => store.findJob("try", guid)),
    );
    const rejections = await store.listRejections({ limit: 10 });
    expect([before !== null, poison, behind !== null]).toEqual([true, null, true]);
    const aside = await worker.untilEvent("delivery_set_aside");
    const queue = `${story.queue}-unreadable`;
    const refused = { fault: { reason: "unreadable-delivery", queue }, exchange: story.exchange };
    expect(rejections).toMatchObject([{ ...refused, payload: { encoding: "base64", truncated: false } }]);
    expect(aside).toMatchObject({ queue, exchange: story.exchange, routing_key: "story.try" });
    const parts = [await story.channel.get(queue), await story.channel.get(queue)];
    const body = parts.find((part) => part !== false && part.properties.type === "body");
    if (body === undefined || body === false) throw new Error("the body is missing");
    expect(gunzipSync(body.content)).toEqual(bodyOf("poison/0"));
    await story.channel.deleteQueue(queue);
    await story.channel.deleteExchange(queue.replace("queue", "exchange"));
    // Three failures, then a connection that bypasses the driver, then a normal one.
    expect(worker.lines.filter(({ event }) => event === "consuming").length).toBeLessThan(8);

    const env = { DATA_DIR: story.folder, REGISTRY_FILE: `${story.folder}/exchanges.yml` };
    const replayed = await runCli(["rejections", "replay", "--reason", "unreadable-delivery"], env);
    expect(replayed).toMatchObject({ code: 0, stderr: "1 rejection: 1 stored\n" });
    expect(await store.findJob("try", "poison/0")).not.toBeNull();
    await store.close();
  });
});
