import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { projects } from "./chaos-task.ts";
import type { Documents } from "./documents.ts";
import { checkLaw, type Published } from "./law.ts";
import { messageStream } from "./message-stream.ts";
import { seeded } from "./random.ts";
import { readMongodb, readSqlite } from "./read-documents.ts";

jest.setTimeout(120_000);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);
const preload = new URL("../doubles/die-at.mjs", import.meta.url).href;
const MESSAGES = 60;

/** Steps of a batch, in their order. */
const ofSqlite = [
  ...["before BEGIN IMMEDIATE", "after resultsets", "after artifacts", "after logs", "after jobs"],
  ...["before COMMIT", "after COMMIT", "before ack", "after ack"],
];
const ofMongodb = [
  ...["before resultsets.bulkWrite", "after resultsets.bulkWrite", "after artifacts.insertMany"],
  ...["before jobs.bulkWrite", "after jobs.bulkWrite"],
  ...["before rejections.bulkWrite", "after rejections.bulkWrite", "before ack", "after ack"],
];

broker.describe(`a worker on ${broker.name} that is killed amid a batch`, () => {
  let story: WorkerStory;
  const published: Published[] = [];
  beforeAll(async () => {
    story = await WorkerStory.on(broker.server().url);
    writeFileSync(
      join(story.folder, "exchanges.yml"),
      `exchanges:\n  - exchange: ${story.exchange}\n    destinations: [story]\n    projects: ['#']\n` +
        `    accept_projects: ${JSON.stringify(projects)}\n`,
    );
  });
  afterAll(() => story.end());

  /** Messages of every kind, except logs, which are read after the batch. */
  async function publishSome(): Promise<void> {
    const options = { prefix: randomUUID().slice(0, 8), logHost: "" };
    let count = 0;
    for (const message of messageStream(seeded(published.length), options, () => count >= MESSAGES)) {
      if (message.body.includes('"buildbot_text"')) continue;
      count++;
      await story.publish(message.body);
      published.push({ message, way: "pulse", sentAtMs: 0, confirmedAtMs: 0 });
    }
  }

  const waiting = async (): Promise<number> => (await story.channel.checkQueue(story.queue)).messageCount;

  async function untilEmpty(env: NodeJS.ProcessEnv): Promise<void> {
    do {
      const worker = await story.start(env);
      while ((await waiting()) > 0) await wait(20);
      // The worker completes its messages in progress before it stops. Messages on their way to it return to the queue.
      expect(await worker.stop()).toBe(0);
    } while ((await waiting()) > 0);
  }

  async function killedAt(
    step: string,
    env: NodeJS.ProcessEnv,
    read: () => Promise<Documents>,
  ): Promise<void> {
    const doomed = await story.start({ ...env, DIE_AT: step, NODE_OPTIONS: `--import=${preload}` });
    await publishSome();
    await doomed.untilClosed();
    await untilEmpty(env);
    const { lost, doubled, breaches, stored } = checkLaw(published, await read(), {
      deletions: [],
      gaps: [],
    });
    expect({ lost, doubled, breaches }).toEqual({ lost: 0, doubled: 0, breaches: [] });
    expect(stored).toBeGreaterThan(0);
  }

  it.each(ofSqlite)("%s: nothing is lost or doubled with SQLite", (step) =>
    killedAt(step, { MONGODB_URL: "" }, async () => readSqlite(story.folder)),
  );

  mongodb.describe(`with ${mongodb.name}`, () => {
    const url = new URL("mongodb://localhost");
    beforeAll(() => {
      published.length = 0;
      url.href = mongodb.server().url;
      url.pathname = `/killed-${randomUUID().slice(0, 8)}`;
    });

    it.each(ofMongodb)("%s: nothing is lost or doubled", (step) =>
      killedAt(step, { MONGODB_URL: url.href }, () => readMongodb(url.href)),
    );
  });
});
