import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { workerStatus } from "../../src/http/observe/worker-status.ts";
import { startCutProxy } from "../doubles/cut-proxy.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { until, untilAnswer } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const hangUpEarly = new URL("../doubles/hang-up-early.mjs", import.meta.url).href;
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a registry that changes while a worker runs on ${broker.name}`, () => {
  let story: WorkerStory;
  let second: string;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
    second = `exchange/guest/${randomUUID()}/jobs`;
    await story.channel.assertExchange(second, "topic", { durable: true });
  });
  afterEach(async () => {
    await story.channel.deleteExchange(second);
    await story.end();
  });

  it("takes effect by itself: additions are bound, removals are unbound, and the log says both", async () => {
    const worker = await story.start();
    expect(await boundKeys()).toEqual([`${story.exchange} story.#`]);
    story.listExchanges([second], "[one, two]");
    expect(await worker.untilEvent("registry_reloaded")).toMatchObject({ bindings: 2, added: 2, left: 1 });
    const unbound = await worker.untilEvent("unbound");
    expect(unbound).toMatchObject({ exchange: story.exchange, routing_keys: ["story.#"] });
    const bound = worker.lines.filter(({ event }) => event === "bound");
    expect(bound.at(-1)).toMatchObject({ exchange: second, routing_keys: ["story.one", "story.two"] });
    expect(await boundKeys()).toEqual([`${second} story.one`, `${second} story.two`]);
    expect((await status(worker)).registry).toMatchObject({ generation: 2, problems: [], bindings: 2 });
    expect(await worker.stop()).toBe(0);
  });

  it("misses and duplicates nothing while it changes repeatedly under load", async () => {
    const registries = [
      { exchanges: [story.exchange, second], keys: "['#']" },
      { exchanges: [second, story.exchange], keys: "['*']" },
      { exchanges: [story.exchange, second], keys: "[try]" },
      { exchanges: [story.exchange, second], keys: "['#', '*']" },
    ];
    story.listExchanges([story.exchange, second]);
    const worker = await story.start();
    let isChanging = true;
    let published = 0;
    const publishing = (async () => {
      while (isChanging) {
        for (const exchange of [story.exchange, second]) {
          const body = Buffer.from(JSON.stringify(aMessage({ taskId: `load/${published++}` })));
          story.channel.publish(exchange, "story.try", body, { deliveryMode: 2, mandatory: true });
        }
        await story.channel.waitForConfirms();
      }
    })();
    const unroutable: unknown[] = [];
    story.channel.on("return", (message) => unroutable.push(message));
    for (let change = 1; change <= 20; change++) {
      const { exchanges = [], keys } = registries[change % registries.length] ?? {};
      const [lines, before] = [worker.lines.length, published];
      story.listExchanges(exchanges, keys);
      await hangup(worker);
      // Each change replaces a key of both exchanges. What two changes leave together would be most of the bindings, and would stay.
      const left = () => worker.lines.slice(lines).filter(({ event }) => event === "unbound");
      await worker.until(
        `change ${change}`,
        () => new Set(left().map((line) => line["exchange"])).size === 2,
      );
      await until(() => published > before + 6, "messages come meanwhile");
    }
    isChanging = false;
    await publishing;
    await worker.until("all jobs", () => worker.ended().length >= published);
    expect(await worker.stop()).toBe(0);
    expect(unroutable).toEqual([]);
    // Each message arrived once. A repeated message would have ended as unchanged.
    const guids = worker.ended().map(({ guid, outcome }) => `${guid} ${outcome}`);
    expect(guids.toSorted()).toEqual(
      Array.from({ length: published }, (_, n) => `load/${n} stored`).toSorted(),
    );
  });

  it("is ignored while it is invalid or empty, and the previous one stays in force", async () => {
    const worker = await story.start();
    for (const text of ["exchanges: []\n", "exchanges:\n  - exchange: [\n", "", "exchanges:\n  - {}\n"]) {
      const from = worker.lines.length;
      writeFileSync(join(story.folder, "exchanges.yml"), text);
      await hangup(worker);
      const line = await worker.untilEvent("registry_broken", from);
      expect(line["problems"]).toEqual(
        (line["problems"] as string[]).map(() => expect.stringMatching(/exchanges\.yml:\d+: /)),
      );
    }
    // The worker also looks by itself, so the last line may be about the file before.
    const { registry } = await untilAnswer(
      () => status(worker),
      (answer) => answer.registry.problems.length > 2,
    );
    expect(registry).toMatchObject({ generation: 1, bindings: 1 });
    await story.publish(aMessage());
    await worker.until("a job", () => worker.ended().length === 1);
    expect(await boundKeys()).toEqual([`${story.exchange} story.#`]);
    expect(await worker.stop()).toBe(0);
  });

  it("does not lose most of its bindings in one change, and says how many it keeps", async () => {
    story.listExchanges([story.exchange], "[a, b, c, d, e]");
    const worker = await story.start();
    story.listExchanges([second], "[a]");
    await hangup(worker);
    expect(await worker.untilEvent("prune_refused")).toMatchObject({ bindings: 5, of: 5 });
    expect(await boundKeys()).toHaveLength(6);
    expect((await status(worker)).registry).toMatchObject({ bindings: 1, left_bindings: 5 });
    // After the fix, the kept bindings count like new ones.
    story.listExchanges([story.exchange], "[a, b, c, d, e]");
    await hangup(worker);
    expect(await worker.untilEvent("unbound")).toMatchObject({ exchange: second });
    expect((await status(worker)).registry).toMatchObject({ bindings: 5, left_bindings: 0 });
    expect(await worker.stop()).toBe(0);
  });

  it("that changed while the broker was unavailable is applied as soon as it is back", async () => {
    const proxy = await startCutProxy(Number(new URL(broker.server().url).port));
    const url = new URL(broker.server().url);
    url.port = String(proxy.port);
    const worker = await story.start({ AMQP_URL: url.href });
    proxy.cut();
    await worker.untilEvent("broker_away");
    story.listExchanges([second]);
    await hangup(worker);
    await worker.untilEvent("registry_reloaded");
    const from = worker.lines.length;
    proxy.restore();
    await worker.untilEvent("consuming", from);
    expect(await boundKeys()).toEqual([`${second} story.#`]);
    expect(await worker.stop()).toBe(0);
    await proxy.close();
  });

  it("applies to the projects that a publisher may write to from the next message on, and so do the tiers", async () => {
    const worker = await story.start({ TIERS_FILE: join(story.folder, "tiers.yml") });
    await story.publish(aMessage({ taskId: "free/0" }));
    await worker.until("a job", () => worker.ended().length === 1);
    const store = await story.store();
    const before = await store.findJob("try", "free/0");
    writeFileSync(join(story.folder, "tiers.yml"), `try:\n  tier_3: [${before?.job.signature}]\n`);
    await worker.untilEvent("tiers_reloaded");
    await story.publish(aMessage({ taskId: "free/1" }));
    await worker.until("another job", () => worker.ended().length === 2);
    expect([before?.job.tier, (await store.findJob("try", "free/1"))?.job.tier]).toEqual([1, 3]);
    await store.close();
    const entry = `  - exchange: ${story.exchange}\n    destinations: [story]\n    projects: ['#']\n`;
    writeFileSync(
      join(story.folder, "exchanges.yml"),
      `exchanges:\n${entry}    accept_projects: ['mozilla-*']\n`,
    );
    await hangup(worker);
    await worker.untilEvent("registry_reloaded");
    await story.publish(aMessage({ taskId: "free/2" }));
    await worker.until("a refusal", () => worker.ended().length === 3);
    expect(worker.ended().map(({ outcome }) => outcome)).toEqual(["stored", "stored", "rejected"]);
    expect(await worker.stop()).toBe(0);
  });

  it("is read on SIGHUP, and the log says that it is unchanged", async () => {
    const worker = await story.start();
    await hangup(worker);
    expect(await worker.untilEvent("registry_unchanged")).toMatchObject({ generation: 1 });
    expect(await worker.stop()).toBe(0);
  });

  it("may be requested with SIGHUP while the worker is still starting, which does not interrupt it", async () => {
    const worker = await story.start({ NODE_OPTIONS: `--import=${hangUpEarly}` });
    expect(await worker.stop()).toBe(0);
  });

  async function boundKeys(): Promise<string[]> {
    const path = `/api/queues/%2F/${encodeURIComponent(story.queue)}/bindings`;
    const bindings = (await broker.server().admin.request("GET", path)) as {
      source: string;
      routing_key: string;
    }[];
    return bindings
      .filter(({ source }) => source !== "")
      .map(({ source, routing_key }) => `${source} ${routing_key}`)
      .toSorted();
  }
});

async function hangup(worker: WorkerProcess): Promise<void> {
  process.kill(worker.pid, "SIGHUP");
}

async function status(worker: WorkerProcess) {
  const { url } = await worker.untilEvent("http_listening");
  return workerStatus.parse(await (await fetch(`${url}/status`)).json());
}
