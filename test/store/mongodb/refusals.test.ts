import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { type IndexSpecification, MongoClient } from "mongodb";
import type { Outcome } from "../../../src/domain/delivery.ts";
import { holdWhileAway } from "../../../src/ingest/progress/hold-while-away.ts";
import { outcomesOf } from "../../../src/ingest/progress/message-progress.ts";
import type { WriteStore } from "../../../src/ingest/write/write-path.ts";
import { openMongodbStore } from "../../../src/store/mongodb/mongodb-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { aDelivery, aMessage, anArrival } from "../../examples.ts";
import { messageOf, writeMessages } from "../../ingest/write-messages.ts";
import { startFerretdb } from "../../servers/mongodb.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { until } from "../../until.ts";

jest.setTimeout(180_000);
const ferretdb = await serverOrSkip(startFerretdb);

ferretdb.describe(`a write that ${ferretdb.name} refuses with an unknown error`, () => {
  let store: Store;
  let client: MongoClient;
  let events: string[];
  beforeEach(async () => {
    const url = new URL(ferretdb.server().url);
    url.pathname = `/refusals-${randomUUID()}`;
    store = await openMongodbStore(url.href, 30);
    client = new MongoClient(url.href);
    events = [];
  });
  afterEach(async () => {
    await store.close();
    await client.close();
  });
  afterAll(() => ferretdb.server().stop());

  /** Writes the messages as a worker does, until all their jobs have ended, and returns the outcomes. */
  async function write(messages: readonly object[], redelivered: boolean): Promise<readonly Outcome[]> {
    const hold = <T>(work: () => Promise<T>): Promise<T> =>
      holdWhileAway(work, {
        stop: new AbortController().signal,
        giveUpAfterMs: null,
        onAway: ({ name, message }) => events.push(`${name}: ${message}`),
        onBack: () => events.push("back"),
      });
    const patient: WriteStore = {
      ...store,
      storeSubmissions: (batch) => hold(() => store.storeSubmissions(batch)),
      recordRejections: (rejections) => hold(() => store.recordRejections(rejections)),
    };
    const written = await writeMessages(patient, [messageOf(aDelivery(messages, { redelivered }))]);
    return written.messages.flatMap(outcomesOf);
  }

  const neighbours = Array.from({ length: 3 }, (_, n) => aMessage({ taskId: `good/${n}` }));
  const around = (culprit: object) => [...neighbours.slice(0, 2), culprit, ...neighbours.slice(2)];

  // These indexes are not ours: an operator may have created them, and they make the server refuse some documents.
  it.each<[string, IndexSpecification, object]>([
    ["jobs", { "refused.what": "hashed" }, { extra: { artifacts: "none" } }],
    ["artifacts", { name: "2dsphere" }, { extra: { artifacts: [{ name: "a", type: "json", blob: 1 }] } }],
  ])(
    "rejects only the message with which it reaches %s, with the server's error",
    async (name, index, brings) => {
      await client.db().collection(name).createIndex(index);
      const messages = around(aMessage({ taskId: "bad/0", ...brings }));

      const first = await write(messages, false);
      expect(first.filter((outcome) => outcome === "failed")).toHaveLength(1);
      expect(first[2]).toBe("failed");
      const second = await write(messages, true);
      expect(second).toEqual(second.map((_, at) => (at === 2 ? "rejected" : "unchanged")));

      const [rejection] = await store.listRejections({ limit: 10 });
      const detail = expect.stringContaining(name === "jobs" ? "does not support array values" : "geo");
      expect(rejection).toMatchObject({ task_id: "bad/0", fault: { reason: "internal-error", detail } });
      expect((await store.countDocuments())["jobs"]).toBe(neighbours.length);
    },
  );

  it("is repeated without the texts of the rejection if those are refused", async () => {
    await client.db().collection("rejections").createIndex({ "fault.violations": "hashed" });
    const outcomes = await write([aMessage({ taskId: "bad/0", state: "done" })], true);
    expect(outcomes).toEqual(["rejected"]);
    expect(await store.listRejections({ limit: 10 })).toMatchObject([
      { task_id: null, fault: { reason: "internal-error" }, payload: { content: "" } },
    ]);
  });

  it("is not treated as a lost race if another index reports a duplicate key", async () => {
    await client.db().collection("jobs").createIndex({ name: 1 }, { unique: true });
    expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
    await expect(store.storeSubmissions([anArrival({ taskId: "other/0" })])).rejects.toMatchObject({
      name: "Refused",
      message: expect.stringContaining("Duplicate key"),
    });
  });

  it("is retried until it succeeds if the server accepts no writes at all", async () => {
    const readOnly = async (value: "on" | "off") => {
      await ferretdb.server().query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await ferretdb.server().query("SELECT pg_reload_conf()");
    };
    await write(neighbours.slice(0, 1), false);
    await readOnly("on");
    // The server's connections notice it one by one.
    await until(async () => {
      const probes = Array.from({ length: 20 }, () => client.db().collection("probes").insertOne({}));
      return (await Promise.allSettled(probes)).every(({ status }) => status === "rejected");
    });
    const written = write(neighbours, true);
    while (events.length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(new Set(events.map((event) => event.split(":")[0]))).toEqual(new Set(["Unavailable"]));
    await readOnly("off");
    expect(await written).toEqual(["unchanged", "stored", "stored"]);
    expect(await store.listRejections({ limit: 10 })).toEqual([]);
  });
});
