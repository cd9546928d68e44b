import { randomBytes, randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type ConnectionPoolClearedEvent, MongoClient, type ServerDescriptionChangedEvent } from "mongodb";
import { limitAnswers } from "../../../src/store/mongodb/answer-limit.ts";
import { openMongodbStore } from "../../../src/store/mongodb/mongodb-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { type CutProxy, startCutProxy } from "../../doubles/cut-proxy.ts";
import { aMessage, anArrival } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";
import { until } from "../../until.ts";

// Less than the limit for all calls, so that a call that ends only then fails.
jest.setTimeout(50_000);
const mongodb = await serverOrSkip(sharedMongodb);
const unavailable = { name: "Unavailable", message: /does not answer/ };
// The store compresses artifacts.
const incompressible = randomBytes(4_000_000).toString("hex");
const never = (): Promise<never> => new Promise(() => undefined);

describe("a call to a server", () => {
  const client = new MongoClient("mongodb://localhost");

  it("counts as an unavailable store if it is not answered within the limit", async () => {
    const { within } = limitAnswers(client, { answerMs: 20, givenUpMs: 10_000 });
    await expect(within(never)).rejects.toMatchObject(unavailable);
  });

  it("returns an answer in time unchanged, and an error too", async () => {
    const { within } = limitAnswers(client, { answerMs: 10_000, givenUpMs: 10_000 });
    expect(await within(async () => 2)).toBe(2);
    await expect(within(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(within(() => Promise.reject(new Error("no")), null)).rejects.toThrow("no");
  });

  it.each([
    ["RSPrimary", unavailable],
    ["RSSecondary", { message: "still in progress" }],
  ])(
    "in progress fails only for a primary, when the driver closes the connections to a %s",
    async (type, outcome) => {
      const { within } = limitAnswers(client, { answerMs: 10_000, givenUpMs: 20 });
      const address = "localhost:27017";
      client.emit("serverDescriptionChanged", {
        address,
        newDescription: { type },
      } as ServerDescriptionChangedEvent);
      const answer = within(never, null);
      client.emit("connectionPoolCleared", { address } as ConnectionPoolClearedEvent);
      const patience = new Promise((_resolve, reject) => {
        setTimeout(() => reject(new Error("still in progress")), 200);
      });
      await expect(Promise.race([answer, patience])).rejects.toMatchObject(outcome);
    },
  );
});

mongodb.describe(`a write that is larger than a connection accepts in one piece, on ${mongodb.name}`, () => {
  let proxy: CutProxy;
  let store: Store;
  beforeEach(async () => {
    const url = new URL(mongodb.server().url);
    proxy = await startCutProxy(Number(url.port));
    url.port = String(proxy.port);
    url.pathname = `/answers-${randomUUID().slice(0, 8)}`;
    url.searchParams.set("heartbeatFrequencyMS", "500");
    store = await openMongodbStore(url.href, 30);
    // The driver connects only now.
    await store.storeSubmissions([anArrival()]);
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  /**
   * Begins a write whose connection becomes half-open in the middle. The driver waits to continue, and would do so for ever.
   * @returns the write, in an array so that it is not awaited here.
   */
  async function beginToWrite(): Promise<Promise<unknown>[]> {
    const artifacts = [{ name: "large", type: "json", blob: { text: incompressible } }];
    const sentBefore = proxy.sentBytes();
    proxy.slow(20);
    const written = store
      .storeSubmissions([anArrival(aMessage({ taskId: "large", extra: { artifacts } }))])
      .catch((error: unknown) => error);
    await until(() => proxy.sentBytes() > sentBefore + 200_000);
    proxy.freeze();
    proxy.restore();
    return [written];
  }

  it("fails once the driver has closed its half-open connection", async () => {
    const [written] = await beginToWrite();
    expect(await written).toMatchObject(unavailable);
    // New connections work.
    await store.ping();
  });

  it("fails when the store is closed", async () => {
    const [written] = await beginToWrite();
    await store.close();
    expect(await written).toMatchObject({ name: "Unavailable" });
  });
});
