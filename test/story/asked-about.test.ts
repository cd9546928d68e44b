import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { type CliRun, runCli } from "../cli/run-cli.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "./a-running-worker.ts";
import { urlOf } from "./look-at-worker.ts";

jest.setTimeout(180_000);

const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a worker and the people who ask about it, on ${broker.name}`, () => {
  let story: WorkerStory;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(() => story.end());

  /** Runs one command line with the worker's settings. */
  function ask(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
    return runCli(args, {
      AMQP_URL: broker.server().url,
      REGISTRY_FILE: `${story.folder}/exchanges.yml`,
      DATA_DIR: story.folder,
      QUEUE_NAME: story.queueName,
      ...env,
    });
  }

  it("publishers see the outcome of each message, and why one was rejected", async () => {
    const worker = await story.start();
    await story.publish(
      aMessage({ taskId: "task/0", state: "pending", result: undefined }),
      aMessage({ taskId: "task/0", logs: [{ name: "custom", url: "http://h/log" }] }),
      aMessage({ taskId: "task/1", state: "exploded" }),
    );
    await worker.until("three messages", () => worker.ended().length === 3);

    const { code, stdout } = await ask(["explain", "task"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^task\/0 in try: completed, success$/m);
    const route = `${story.exchange} +story.try +no`;
    expect(stdout).toMatch(
      new RegExp(`^ +\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z +pending.* +stored +${route}$`, "m"),
    );
    expect(stdout).toMatch(new RegExp(` completed, success +stored +${route}$`, "m"));
    expect(stdout).toMatch(/^ {2}result set +try\/a{12}: a skeleton/m);
    expect(stdout).toMatch(/custom +pending +0 +not read here +http:\/\/h\/log/);
    expect(stdout).toMatch(/^ {2}task\/1 in try: schema-violation, once, at \d/m);
    expect(stdout).toMatch(/^ +\/state +.*\[enum\]$/m);
    expect(await ask(["explain", "nobody"])).toMatchObject({ code: 1 });
    expect(await worker.stop()).toBe(0);
  });

  it("operators see that everything works, and what is wrong if an exchange is missing", async () => {
    const worker = await story.start({ QUEUE_DEPTH_SECONDS: "1" });
    await story.publish(aMessage(), aMessage({ taskId: "task/1", state: "exploded" }));
    await worker.until("two messages", () => worker.ended().length === 2);
    const url = await urlOf(worker);
    const { code, stdout, stderr } = await ask(["status", "--url", url]);
    expect({ code, stderr, stdout }).toMatchObject({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^All is well\.\n/);
    expect(stdout).toMatch(new RegExp(`^worker +${url}: ready, alive`, "m"));
    expect(stdout).toMatch(/^broker +connected, consuming, .*; asked from here: it answers$/m);
    expect(stdout).toContain(`${story.exchange}: story.#`);
    expect(stdout).toMatch(
      new RegExp(`^queue +${story.queue}: 0 of 8000 messages \\(0 %\\), 1 consumer`, "m"),
    );
    expect(stdout).toMatch(/^since start +received 2: stored 1, .*rejected 1/m);
    expect(stdout).toMatch(/^store +sqlite .*: the worker reaches it; asked from here: it answers$/m);
    expect(stdout).toMatch(/^rejections +schema-violation 1 \(last day\)$/m);
    expect(await worker.stop()).toBe(0);

    story.listExchanges(["exchange/guest/nobody", story.exchange]);
    const second = await story.start();
    const degraded = await ask(["status", "--json", "--url", await urlOf(second)]);
    expect(degraded.code).toBe(1);
    expect(JSON.parse(degraded.stdout)).toMatchObject({
      problems: [expect.stringMatching(/^exchange exchange\/guest\/nobody: .*404/)],
      worker: { trouble: null, status: { ready: true } },
      broker: { queue: { name: story.queue, consumers: 1 } },
      store: { work: { logs: { pending: 0, failed: 0 } }, rejections: [{ reason: "schema-violation" }] },
    });
    expect(await second.stop()).toBe(0);
  });

  it("a missing worker is reported, along with what its broker and store report", async () => {
    const worker = await story.start();
    const url = await urlOf(worker);
    expect(await worker.stop()).toBe(0);
    await story.publish(aMessage(), aMessage({ taskId: "task/1" }));
    story.listExchanges(["exchange/guest/nobody", story.exchange]);

    const { code, stdout, stderr } = await ask(["status", "--url", url], { QUEUE_LIMIT: "4" });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/^! worker: nothing listens there\. .*HTTP_PORT/m);
    expect(stdout).toMatch(/^! exchange exchange\/guest\/nobody: .*404/m);
    expect(stdout).toContain(`! queue ${story.queue}: nobody consumes it\n`);
    expect(stdout).toContain("! queue: 2 messages are waiting, 50 % of the 4 at which the queue is lost\n");
    expect(stdout).toMatch(/^store +sqlite .*: asked from here: it answers$/m);
    expect(stdout).toMatch(/^logs +0 pending, 0 failed for good$/m);
  });
});
