import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { openMongodbStore } from "../../src/store/mongodb/mongodb-store.ts";
import { startCutProxy } from "../doubles/cut-proxy.ts";
import { aMessage } from "../examples.ts";
import { startFerretdb } from "../servers/mongodb.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const next = await serverOrSkip(sharedMongodb);
const guarded = await serverOrSkip(() => startFerretdb({ asksForPassword: true }));

guarded.describe(
  `a worker whose database's address is a file, on ${guarded.name} that asks for a password`,
  () => {
    it("continues without a restart when the password or the host changes, and loses nothing", async () => {
      const server = guarded.server();
      const proxy = await startCutProxy(Number(new URL(server.url).port));
      const story = await WorkerStory.on(broker.server().url);
      const file = join(story.folder, "mongodb-url");
      const database = `moved-${randomUUID()}`;
      /** Replaces the file atomically, as a mounted secret changes. */
      const write = (text: string): void => {
        writeFileSync(`${file}.new`, text);
        renameSync(`${file}.new`, file);
      };
      const addressWith = (password: string): string => {
        const url = new URL(server.url);
        return Object.assign(url, { port: proxy.port, password, pathname: database }).href;
      };
      const [first, second] = [new URL(server.url).password, "second-password"];
      const newAddress = Object.assign(new URL(next.server().url), { pathname: database }).href;
      const publish = (...guids: string[]) => story.publish(...guids.map((taskId) => aMessage({ taskId })));

      write(addressWith(first));
      const worker = await story.start({ MONGODB_URL_FILE: file, SPOOL_AFTER_MS: "60000" });
      const stored = (guids: readonly string[]) =>
        worker.until(guids.join(), () => {
          const ended = worker.ended().filter(({ outcome }) => outcome !== "failed");
          return guids.every((one) => ended.some(({ guid }) => guid === one));
        });
      await publish("before/0");
      await stored(["before/0"]);

      await server.query(`ALTER ROLE postgres PASSWORD '${second}'`);
      proxy.drop();
      await publish("refused/0");
      await worker.until("the refusal", () => /Authentication failed/.test(worker.troubles()));
      write("half an addre");
      await worker.until("the warning", () => /store_not_reopened.*MONGODB_URL_FILE/.test(worker.troubles()));
      write(addressWith(second));
      await stored(["refused/0"]);

      const moving = Array.from({ length: 100 }, (_, n) => `moving/${n}`);
      await publish(...moving.slice(0, 50));
      await server.kill();
      write(newAddress);
      await publish(...moving.slice(50));
      await stored(moving);
      expect(worker.lines.filter(({ event }) => event === "store_reopened")).toHaveLength(2);
      expect(await worker.stop()).toBe(0);
      expect((await story.channel.checkQueue(story.queue)).messageCount).toBe(0);
      const told = worker.lines.map((line) => JSON.stringify(line)).join("\n");
      for (const secret of [first, second, "half an addre"]) expect(told).not.toContain(secret);

      const store = await openMongodbStore(newAddress, 30);
      for (const guid of moving.slice(50))
        expect((await store.findJob("try", guid))?.job.state).toBe("completed");
      await store.close();
      const client = new MongoClient(newAddress);
      await client.db().dropDatabase();
      await client.close();
      await story.end();
      await proxy.close();
      await server.stop();
    });
  },
);
