import { randomUUID } from "node:crypto";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { openStore } from "../../src/store/open-store.ts";
import { runCli } from "../cli/run-cli.ts";
import { aMessage } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb, sharedRabbitmq } from "../servers/shared-servers.ts";
import { until } from "../until.ts";
import { WorkerStory } from "./a-running-worker.ts";

jest.setTimeout(180_000);
const broker = await serverOrSkip(sharedRabbitmq);
const mongodb = await serverOrSkip(sharedMongodb);

broker.describe(`a move from the embedded store, with ${broker.name}`, () => {
  mongodb.describe(`to ${mongodb.name}`, () => {
    it("loses no message and moves no job backwards, as docs/scaling.md describes", async () => {
      const story = await WorkerStory.on(broker.server().url);
      const url = Object.assign(new URL(mongodb.server().url), { pathname: `moved-${randomUUID()}` }).href;
      const guids = Array.from({ length: 90 }, (_, n) => `moved/${n}`);
      const publish = (state: string, from = 0, to = guids.length) =>
        story.publish(...guids.slice(from, to).map((taskId) => aMessage({ taskId, state })));
      const args = ["copy", "--from", `sqlite:${story.folder}`, "--to", url, "--credentials"];

      const old = await story.start();
      await publish("pending");
      await publish("running", 0, 30);
      await old.until("its jobs", () => old.ended().length >= 60);
      // The old worker continues during this copy, so the copy may differ.
      await Promise.all([runCli(args, {}), publish("running", 30, 60)]);
      const next = await story.start({ MONGODB_URL: url });
      await publish("completed", 0, 30);
      const stopping = old.stop();
      await publish("running", 60);
      await publish("completed", 30);
      expect(await stopping).toBe(0);
      const ended = () => old.ended().length + next.ended().length;
      await next.until("the end of the queue", () => ended() >= guids.length * 3);
      await until(async () => (await story.channel.checkQueue(story.queue)).messageCount === 0);
      const last = await runCli(args, {});
      expect(await next.stop()).toBe(0);

      expect(old.ended().length).toBeLessThan(guids.length * 3);
      expect({ code: last.code, stdout: last.stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("Compared: the target holds all documents.\n"),
      });
      const store = await openStore({ mongodbUrl: url, dataDir: "", rejectionTtlDays: 30 });
      const views = await Promise.all(guids.map((guid) => store.findJob("try", guid)));
      expect(views.map((view) => view?.job.state)).toEqual(guids.map(() => "completed"));
      expect((await story.channel.checkQueue(story.queue)).messageCount).toBe(0);
      await store.close();
      await story.end();
      const client = new MongoClient(url);
      await client.db().dropDatabase();
      await client.close();
    });
  });
});
