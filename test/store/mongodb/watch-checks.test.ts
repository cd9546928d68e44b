import { once } from "node:events";
import { Socket } from "node:net";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { checkLimits, reopenWhenStuck } from "../../../src/store/mongodb/stuck-client.ts";
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

  it("is opened anew at a later try when the server's name cannot be looked up at the first", async () => {
    const client = new MongoClient(mongodb.server().url, {
      serverMonitoringMode: "poll",
      heartbeatFrequencyMS: 500,
    });
    const endWatch = reopenWhenStuck(client, { askedMs: 2000, awaitedMs: 4000 });
    await client.connect();
    // As the look-up of `mongodb+srv` addresses fails: with the system's own error.
    const failure = Object.assign(new Error("querySrv ETIMEOUT"), { code: "ETIMEOUT", syscall: "querySrv" });
    const connect = jest.spyOn(client, "connect").mockRejectedValueOnce(failure);
    const reopened = once(client, "topologyOpening");
    await breakOffNextWrite();
    await reopened;
    expect(connect).toHaveBeenCalledTimes(2);
    expect(await client.db("admin").command({ ping: 1 })).toMatchObject({ ok: 1 });
    endWatch();
    await client.close();
  });

  it("stays closed when the end comes while it is being opened anew", async () => {
    const client = new MongoClient(mongodb.server().url, {
      serverMonitoringMode: "poll",
      heartbeatFrequencyMS: 500,
    });
    const endWatch = reopenWhenStuck(client, { askedMs: 2000, awaitedMs: 4000 });
    await client.connect();
    const connect = client.connect.bind(client);
    const closedAgain = new Promise<void>((resolve) => {
      jest.spyOn(client, "connect").mockImplementationOnce(async () => {
        endWatch();
        await client.close();
        client.once("topologyClosed", () => resolve());
        return connect();
      });
    });
    await breakOffNextWrite();
    await closedAgain;
  });

  it("may take as long for a check as its address says that news are waited for", () => {
    const limits = (query: string) => {
      const { options } = new MongoClient(`mongodb://localhost/${query}`, { connectTimeoutMS: 3000 });
      return checkLimits(options);
    };
    expect(limits("")).toEqual({ askedMs: 7000, awaitedMs: 15_000 });
    expect(limits("?heartbeatFrequencyMS=60000")).toEqual({ askedMs: 7000, awaitedMs: 65_000 });
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
