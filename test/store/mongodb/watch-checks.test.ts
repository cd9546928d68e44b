import { once } from "node:events";
import { Socket } from "node:net";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { keepOpen } from "../../../src/store/calls/keep-open.ts";
import { openMongodbStore } from "../../../src/store/mongodb/mongodb-store.ts";
import { checkLimits, watchChecks } from "../../../src/store/mongodb/watch-checks.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";

const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`a driver that checks its server, on ${mongodb.name}`, () => {
  it("is replaced when a connection breaks at the moment of a write", async () => {
    const url = new URL(mongodb.server().url);
    url.search = "?serverMonitoringMode=poll&heartbeatFrequencyMS=500";
    const events: string[] = [];
    const noted = (event: string) => void events.push(event);
    const store = await keepOpen({
      readAddress: async () => url.href,
      open: (address, onStuck) => openMongodbStore(String(address), 30, onStuck),
      patienceMs: null,
      stop: new AbortController().signal,
      log: { error: noted, warn: noted, info: noted, debug: noted },
    });
    await completed();
    await breakOffNextWrite();
    await until(() => events.includes("store_reopened"));
    await store?.ping();
    expect(events).toEqual(["store_reopened"]);
    await store?.close();
  });

  it("may take longer for a check if its address sets a longer interval", () => {
    const limits = (query: string) => {
      const { options } = new MongoClient(`mongodb://localhost/${query}`, { connectTimeoutMS: 3000 });
      return checkLimits(options);
    };
    expect(limits("")).toEqual({ askedMs: 7000, awaitedMs: 15_000 });
    expect(limits("?heartbeatFrequencyMS=60000")).toEqual({ askedMs: 7000, awaitedMs: 65_000 });
  });

  it("is not reported while its checks are answered", async () => {
    const client = new MongoClient(mongodb.server().url, {
      serverMonitoringMode: "poll",
      heartbeatFrequencyMS: 500,
    });
    let alarms = 0;
    const endWatch = watchChecks(client, { askedMs: 4000, awaitedMs: 8000 }, () => {
      alarms++;
    });
    await client.connect();
    for (let check = 0; check < 10; check++) await once(client, "serverHeartbeatSucceeded");
    expect(alarms).toBe(0);
    endWatch();
    await client.close();
  });
});

/** Resolves when the store no longer writes by itself. A new store first completes the documents of earlier versions. */
async function completed(): Promise<void> {
  const client = new MongoClient(mongodb.server().url);
  const versions = client.db("pulse_ingest").collection<{ readonly _id: string }>("versions");
  const steps = ["numbers", "push_order", "cells"];
  await until(async () => (await versions.countDocuments({ _id: { $in: steps } })) === steps.length);
  await client.close();
}

/** Makes the next write behave as on a socket that was just destroyed: it reports a full buffer, and never drains. */
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
