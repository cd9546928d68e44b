import { once } from "node:events";
import { Socket } from "node:net";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { reopenWhenStuck } from "../../../src/store/mongodb/stuck-client.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

jest.setTimeout(30_000);
const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`a driver that checks its server, on ${mongodb.name}`, () => {
  it("is opened anew when a connection breaks off just as it writes the question", async () => {
    const client = new MongoClient(mongodb.server().url, {
      serverMonitoringMode: "poll",
      heartbeatFrequencyMS: 500,
    });
    const endWatch = reopenWhenStuck(client, { askedMs: 2000, awaitedMs: 4000 });
    await client.connect();
    const reopened = once(client, "topologyOpening");
    await breakOffNextWrite();
    await reopened;
    expect(await client.db("admin").command({ ping: 1 })).toMatchObject({ ok: 1 });
    endWatch();
    await client.close();
  });

  it("is left alone while its checks are answered", async () => {
    const client = new MongoClient(mongodb.server().url, {
      serverMonitoringMode: "poll",
      heartbeatFrequencyMS: 500,
    });
    let openings = 0;
    client.on("topologyOpening", () => {
      openings++;
    });
    const endWatch = reopenWhenStuck(client, { askedMs: 2000, awaitedMs: 4000 });
    await client.connect();
    for (let check = 0; check < 6; check++) await once(client, "serverHeartbeatSucceeded");
    expect(openings).toBe(1);
    endWatch();
    await client.close();
  });
});

/** What a socket does that was destroyed a moment ago: it says that it is full, and is never heard of again. */
function breakOffNextWrite(): Promise<void> {
  return new Promise((resolve) => {
    const write = jest.spyOn(Socket.prototype, "write").mockImplementation(function (this: Socket) {
      write.mockRestore();
      this.destroy();
      resolve();
      return false;
    });
  });
}
