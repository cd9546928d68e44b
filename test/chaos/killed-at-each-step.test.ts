import { createHash, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { openStore } from "../../src/store/open-store.ts";
import { readArchived } from "../archive/read-archived.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import type { WorkerProcess } from "../servers/worker-process.ts";
import { WorkerStory } from "../story/a-running-worker.ts";
import { status, urlOf } from "../story/look-at-worker.ts";
import { until } from "../until.ts";
import { projects } from "./chaos-task.ts";
import type { Documents } from "./documents.ts";
import { checkLaw, type Published } from "./law.ts";
import { messageStream } from "./message-stream.ts";
import { seeded } from "./random.ts";
import { readMongodb, readSqlite } from "./read-documents.ts";

jest.setTimeout(400_000);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);
const preload = new URL("../doubles/die-at.mjs", import.meta.url).href;
const MESSAGES = 60;

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

type Read = () => Promise<Documents>;

/** Steps of a batch, in their order. */
const ofSqlite = [
  ...[
    "before BEGIN IMMEDIATE",
    "after archive_segments",
    "after resultsets",
    "after artifacts",
    "after logs",
    "after jobs",
  ],
  ...["before COMMIT", "after COMMIT", "before ack", "after ack"],
];
const ofMongodb = [
  ...["before resultsets.bulkWrite", "after resultsets.bulkWrite", "after artifacts.insertMany"],
  ...["after archive_data.insertMany", "before jobs.bulkWrite", "after jobs.bulkWrite"],
  ...["before rejections.bulkWrite", "after rejections.bulkWrite", "before ack", "after ack"],
];

broker.describe(
  `workers on ${broker.name} that are killed one after the other, in the middle of a batch`,
  () => {
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

    /** Messages of every kind, except logs, which are read after the batch. Their ids begin with the step. */
    async function publishSome(step: string): Promise<void> {
      const options = {
        prefix: `${step.replaceAll(/[\W_]/g, "").slice(0, 15)}${randomUUID().slice(0, 8)}`,
        logHost: "",
      };
      const bodies: Buffer[] = [];
      for (const message of messageStream(
        seeded(published.length),
        options,
        () => bodies.length >= MESSAGES,
      )) {
        if (message.body.includes('"buildbot_text"')) continue;
        bodies.push(message.body);
        published.push({ message, way: "pulse", sentAtMs: 0, confirmedAtMs: 0 });
      }
      await story.publish(...bodies);
    }

    const waiting = async (): Promise<number> => (await story.channel.checkQueue(story.queue)).messageCount;

    /** Waits until a worker has written everything that was published. */
    async function untilWritten(worker: WorkerProcess): Promise<void> {
      const url = await urlOf(worker);
      const isWritten = async (): Promise<boolean> =>
        (await waiting()) === 0 && (await status(url)).jobs.in_hand === 0;
      await until(isWritten, "all messages are written");
    }

    /** Returns how many messages of those that were published are not in the archive. */
    async function notArchived({ MONGODB_URL }: NodeJS.ProcessEnv): Promise<number> {
      const mongodbUrl = MONGODB_URL === "" ? null : (MONGODB_URL ?? null);
      const store = await openStore({ mongodbUrl, dataDir: story.folder, rejectionTtlDays: 30 });
      const archived = (await readArchived(store)).map(
        ({ body, oversize }) => oversize?.sha256 ?? sha256(body),
      );
      await store.close();
      const found = new Set(archived);
      return published.filter(({ message }) => !found.has(sha256(message.body))).length;
    }

    /** Each worker first writes what the previous one left. */
    function killAt(
      steps: readonly string[],
      storeName: string,
      env: () => NodeJS.ProcessEnv,
      read: Read,
    ): void {
      it.each(steps)(`${storeName}, %s`, async (step) => {
        const doomed = await story.start({ ...env(), DIE_AT: step, NODE_OPTIONS: `--import=${preload}` });
        await untilWritten(doomed);
        doomed.signal("SIGUSR2");
        await doomed.untilEvent("armed");
        await publishSome(step);
        await doomed.untilClosed();
      });

      it(`${storeName}: nothing is lost or doubled`, async () => {
        const last = await story.start(env());
        await untilWritten(last);
        expect(await last.stop()).toBe(0);
        const { lost, doubled, breaches, stored } = checkLaw(published, await read(), {
          deletions: [],
          gaps: [],
        });
        expect({ lost, doubled, breaches }).toEqual({ lost: 0, doubled: 0, breaches: [] });
        expect(stored).toBeGreaterThan(steps.length);
        expect(await notArchived(env())).toBe(0);
      });
    }

    killAt(
      ofSqlite,
      "SQLite",
      () => ({ MONGODB_URL: "", ARCHIVE_DAYS: "1" }),
      async () => readSqlite(story.folder),
    );

    mongodb.describe(`with ${mongodb.name}`, () => {
      const url = new URL("mongodb://localhost");
      beforeAll(() => {
        published.length = 0;
        url.href = mongodb.server().url;
        url.pathname = `/killed-${randomUUID().slice(0, 8)}`;
      });

      killAt(
        ofMongodb,
        mongodb.name,
        () => ({ MONGODB_URL: url.href, ARCHIVE_DAYS: "1" }),
        () => readMongodb(url.href),
      );
    });
  },
);
