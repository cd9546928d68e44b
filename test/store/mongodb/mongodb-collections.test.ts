import { randomUUID } from "node:crypto";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { openMongodbStore } from "../../../src/store/mongodb/mongodb-store.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

jest.setTimeout(180_000);

const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`on ${mongodb.name}`, () => {
  it("in a database of an earlier version, the index of all logs is replaced by one of waiting logs", async () => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/collections-${randomUUID()}`;
    const client = new MongoClient(url.href);
    const db = client.db();
    const logs = db.collection("logs");
    try {
      // The indexes as that version created them.
      await logs.createIndex({ job: 1 });
      await logs.createIndex({ next_attempt_at: 1 });
      await db.collection("artifacts").createIndex({ job: 1, name: 1 });
      for (let start = 0; start < 2; start++) await (await openMongodbStore(url.href, 30)).close();
      const indexes = await logs.indexes();
      expect(indexes.filter(({ name }) => name === "next_attempt_at_1")).toMatchObject([
        { key: { next_attempt_at: 1 }, partialFilterExpression: { next_attempt_at: { $gt: "" } } },
      ]);
    } finally {
      await db.dropDatabase();
      await client.close();
    }
  });
});
