import { accessSync, constants } from "node:fs";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);

broker.describe(`a developer with a laptop on ${broker.name}`, () => {
  let story: WorkerStory;
  let worker: WorkerProcess | null = null;
  beforeEach(async () => {
    story = await WorkerStory.on(broker.server().url);
  });
  afterEach(async () => {
    await worker?.kill();
    await story.end();
  });

  it("runs commands with npx after every build", () => {
    expect(() => accessSync("dist/main.js", constants.X_OK)).not.toThrow();
  });

  it("gets a copy of the messages, and takes nothing from other workers", async () => {
    const production = await story.start();
    const laptop = new WorkerProcess({
      AMQP_URL: broker.server().url,
      LOCAL: "true",
      REGISTRY_FILE: `${story.folder}/exchanges.yml`,
      DATA_DIR: `${story.folder}/laptop`,
    });
    worker = laptop;
    await laptop.untilEvent("consuming");
    await story.publish(aMessage({ taskId: "flows/0" }));
    for (const reader of [production, laptop]) {
      await reader.until("the job", () => reader.ended().length > 0);
      expect(reader.ended()).toMatchObject([{ guid: "flows/0", outcome: "stored" }]);
    }
    expect(await laptop.stop()).toBe(0);
  });

  it.each<[string, (url: URL) => void, RegExp]>([
    [
      "a wrong password",
      (url) => Object.assign(url, { password: "geheim" }),
      /it rejects user guest with this password; see AMQP_URL$/,
    ],
    [
      "a vhost that does not exist",
      (url) => Object.assign(url, { pathname: "/prod" }),
      /it has no vhost prod, or user guest .*; see AMQP_URL$/,
    ],
    [
      "a port that nobody listens on",
      (url) => Object.assign(url, { port: "1" }),
      /nothing is listening at 127\.0\.0\.1:1: .*; see AMQP_URL$/,
    ],
  ])(
    "gets an error about %s in one line with the next step, and the worker retries",
    async (_case, change, words) => {
      const url = new URL(broker.server().url);
      change(url);
      worker = new WorkerProcess({
        AMQP_URL: url.href,
        LOCAL: "true",
        REGISTRY_FILE: `${story.folder}/exchanges.yml`,
        DATA_DIR: story.folder,
      });
      const line = await worker.untilEvent("broker_away");
      expect(line).toMatchObject({ attempt: 1, error: expect.stringMatching(words) });
      expect(JSON.stringify(line)).not.toContain("geheim");
      expect(await worker.stop()).toBe(0);
    },
  );
});
