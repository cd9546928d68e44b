import { randomUUID } from "node:crypto";
import { afterAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { numberOf } from "../../src/domain/document-numbers.ts";
import { CELL } from "../../src/domain/job-cell.ts";
import { cellOf } from "../../src/store/mongodb/mongodb-cells.ts";
import { collectionsOf } from "../../src/store/mongodb/mongodb-collections.ts";
import { openMongodbStore } from "../../src/store/mongodb/mongodb-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { firstJob } from "../../src/store/rules/advance-job.ts";
import { skeleton } from "../../src/store/rules/find-push.ts";
import { defaultStoreLimits } from "../../src/store/rules/store-limits.ts";
import { aClaim, anArrival, EXCHANGE, REVISION } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb } from "../servers/shared-servers.ts";
import { until } from "../until.ts";
import type { Database } from "./empty-store.ts";
import { storeContract } from "./store-contract.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

function databaseUrl(): URL {
  const url = new URL(mongodb.server().url);
  url.pathname = `/store-${randomUUID()}`;
  return url;
}

/** Databases that a test has used and that are empty again. Their indexes stay, because a server takes long to create them. */
const emptied: { readonly href: string; readonly client: MongoClient }[] = [];
afterAll(() => Promise.all(emptied.map(({ client }) => client.close())));

function aDatabase() {
  const { href } = databaseUrl();
  return { href, client: new MongoClient(href) };
}

async function openEmpty(): Promise<Database> {
  const { href, client } = emptied.pop() ?? aDatabase();
  return {
    open: (limits) => openMongodbStore(href, 30, undefined, { ...defaultStoreLimits, ...limits }),
    async remove() {
      const collections = await client.db().collections();
      const documents = collections.filter(({ collectionName }) => collectionName !== "versions");
      await Promise.all(documents.map((collection) => collection.deleteMany({})));
      // The other records say that the indexes and documents are those of this version.
      await collectionsOf(client.db()).versions.deleteOne({ _id: "bugs" });
      emptied.push({ href, client });
    },
  };
}

mongodb.describe(`on ${mongodb.name}`, () => {
  storeContract("mongodb", openEmpty, { orders: 12, mutants: 150 });

  it("reports a database name that the server refuses as an error in the settings", async () => {
    const url = databaseUrl();
    // The settings already refuse such a name. The server refuses it if the store is opened in another way.
    url.pathname = "/my%20db";
    await expect(openMongodbStore(url.href, 30)).rejects.toThrow(
      /^MONGODB_URL: the server does not accept the name of the database: /,
    );
  });

  it("lets the server delete rejections and nonces when they have expired", async () => {
    const { href } = databaseUrl();
    await (await openMongodbStore(href, 30)).close();
    const client = new MongoClient(href);
    const indexes = await client.db().collection("rejections").indexes();
    const nonceIndexes = await client.db().collection("nonces").indexes();
    await client.db().dropDatabase();
    await client.close();
    const byExpiry = expect.objectContaining({ key: { expires_at: 1 }, expireAfterSeconds: 0 });
    expect(indexes).toContainEqual(byExpiry);
    expect(nonceIndexes).toContainEqual(byExpiry);
    expect(indexes.map(({ key }) => Object.keys(key)[0])).toEqual(
      expect.arrayContaining(["exchange", "project", "fault.reason", "routing_key", "task_id", "last_seen"]),
    );
  });

  it("work that an earlier version stored belongs to an unknown exchange", async () => {
    const { href } = databaseUrl();
    const store = await openMongodbStore(href, 30);
    const log = { name: "buildbot_text", url: "http://logs.example/1" };
    await store.storeSubmissions([anArrival({ logs: [log] })]);
    const client = new MongoClient(href);
    await client
      .db()
      .collection("logs")
      .updateMany({}, { $unset: { exchange: "" } });
    await store.storeSubmissions([anArrival({ taskId: "new/0", logs: [log] })]);
    expect((await store.exchangesWithWork("log")).toSorted()).toEqual(["", EXCHANGE]);
    expect(await store.claimWork(aClaim({ exchange: "" }))).toMatchObject([
      { job_guid: "guid/0", project: "try", exchange: "" },
    ]);
    await store.close();
    await client.db().dropDatabase();
    await client.close();
  });

  it("numbers the documents of an earlier version, and gives no number twice", async () => {
    const { href } = databaseUrl();
    const client = new MongoClient(href);
    const db = client.db();
    const all = collectionsOf(db);
    const [job, push] = ["try/guid%2F0", "try/aaaaaaaaaaaa"] as const;
    const { rest_id: _notYet, ...earlier } = firstJob(anArrival(), push, "w");
    const taken = numberOf("try/b");
    await all.jobs.insertMany([
      ...["try/a", "try/b", "try/c"].map((_id) => ({ _id, ...earlier })),
      { _id: "try/d", ...earlier, rest_id: taken },
      { _id: "try/e", ...earlier, rest_id: numberOf(job) },
    ]);
    const { rest_id, ...other } = skeleton("try", REVISION, anArrival().received_at);
    await all.resultsets.insertOne({ _id: "try/other", ...other, revision_keys: [], rest_id });
    const stores = await Promise.all([openMongodbStore(href, 30), openMongodbStore(href, 30)]);
    await until(async () => (await all.versions.countDocuments({ _id: "numbers" })) === 1);
    const numbers = (await all.jobs.find().sort({ _id: 1 }).toArray()).map((each) => each.rest_id);
    expect(numbers).toEqual([numberOf("try/a"), taken + 1, numberOf("try/c"), taken, numberOf(job)]);

    const [store] = stores;
    expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
    expect((await store.findJob("try", "guid/0"))?.job.rest_id).toBe(numberOf(job) + 1);
    expect((await store.findResultSet("try", REVISION))?.rest_id).toBe(rest_id + 1);
    await Promise.all(stores.map((each) => each.close()));
    await db.dropDatabase();
    await client.close();
  });

  it("the grid cell of a job is stored with it, and is recomputed if an earlier version has changed the job since", async () => {
    const { href } = databaseUrl();
    const client = new MongoClient(href);
    const { jobs, versions } = collectionsOf(client.db());
    const completed = () => until(async () => (await versions.countDocuments({ _id: "cells" })) === 1);
    const store = await openMongodbStore(href, 30);
    await completed();
    await store.storeSubmissions([anArrival({ state: "pending" }), anArrival({ taskId: "other/0" })]);
    const shown = async (from: Store) => {
      const { cells } = await from.listCells({ result_set: "try/aaaaaaaaaaaa", limit: 10 });
      return cells.map(({ cell }) => [cell[CELL.guid], cell[CELL.state], cell[CELL.version]]);
    };
    const storedCells = async () => (await jobs.find().sort({ _id: 1 }).toArray()).map((job) => cellOf(job));
    expect((await storedCells()).map((cell) => cell?.[CELL.state])).toEqual(["pending", "completed"]);
    await jobs.updateOne({ _id: "try/guid%2F0" }, { $set: { state: "running", version: 2 } });
    await jobs.updateOne({ _id: "try/other%2F0" }, { $unset: { cell: "" } });
    const expected = [
      ["guid/0", "running", 2],
      ["other/0", "completed", 1],
    ];
    expect(await shown(store)).toEqual(expected);
    expect(await storedCells()).toEqual([null, null]);
    await store.close();

    await versions.deleteOne({ _id: "cells" });
    const again = await openMongodbStore(href, 30);
    await completed();
    expect((await storedCells()).map((cell) => cell?.[CELL.state])).toEqual(["running", "completed"]);
    expect(await shown(again)).toEqual(expected);
    expect(await again.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
    expect((await storedCells()).map((cell) => cell?.[CELL.version])).toEqual([3, 1]);
    await again.close();
    await client.db().dropDatabase();
    await client.close();
  });

  it("a long blob is stored compressed and read unchanged", async () => {
    const { href } = databaseUrl();
    const store = await openMongodbStore(href, 30);
    const blob = { text: "é\n".repeat(20_000) };
    await store.storeSubmissions([anArrival({ extra: { artifacts: [{ name: "x", type: "json", blob }] } })]);
    expect((await store.findArtifact("try", "guid/0", "x"))?.blob).toBe(JSON.stringify(blob));
    await store.close();
  });

  it("calls in progress when the store is closed soon succeed or fail with Unavailable", async () => {
    const { href } = databaseUrl();
    const store = await openMongodbStore(href, 30);
    const asked = Array.from({ length: 30 }, (_, n) =>
      store.storeSubmissions([anArrival({ taskId: `closing/${n}` })]).then(
        () => "stored",
        (error: Error) => error.name,
      ),
    );
    await Promise.race(asked);
    await store.close();
    const answers = new Set(await Promise.all(asked));
    expect(["stored", "Unavailable"]).toEqual(expect.arrayContaining([...answers]));
    const client = new MongoClient(href);
    await client.db().dropDatabase();
    await client.close();
  });
});

it("an unavailable server throws Unavailable, without the password in the message", async () => {
  const opening = openMongodbStore("mongodb://user:geheim@127.0.0.1:1/x", 30);
  const error: unknown = await opening.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "Unavailable" });
  expect(String(error)).not.toContain("geheim");
});

it("writes are durable on most members, and reads go to the primary, even if the address says otherwise", async () => {
  const connect = jest.spyOn(MongoClient.prototype, "connect");
  const url = "mongodb://127.0.0.1:1/x?w=1&journal=false&readPreference=secondaryPreferred&retryWrites=true";
  await expect(openMongodbStore(url, 30)).rejects.toMatchObject({ name: "Unavailable" });
  const [client] = connect.mock.contexts;
  connect.mockRestore();
  expect((client as MongoClient).options).toMatchObject({
    writeConcern: { w: "majority", j: true },
    readPreference: { mode: "primary" },
    retryWrites: false,
  });
});

it.each([
  ["mongodb://u:geheim@h/x?foo=1", "option foo is not supported"],
  // The driver would throw in a timer, which would end the process.
  ["mongodb://u:geheim@h,,i/x", "has a host that is empty or contains a space: write HOST:PORT,HOST:PORT"],
  ["mongodb://u:geheim@h,i,/x", "has a host that is empty or contains a space: write HOST:PORT,HOST:PORT"],
  ["mongodb://u:geheim@h, i/x", "has a host that is empty or contains a space: write HOST:PORT,HOST:PORT"],
  ["mongodb://u:geheim@h/x.y", "Database names cannot contain the character '.'"],
])(
  "an address that the driver does not understand is a Misuse, without the password in the message: %s",
  async (url, words) => {
    const error: unknown = await openMongodbStore(url, 30).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "Misuse", message: `MONGODB_URL: ${words}` });
  },
);
