import { randomUUID } from "node:crypto";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createRejections } from "../../../src/store/mongodb/mongodb-rejections.ts";
import { aRejection } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

// The machine may be slow under load.
jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`rejections on ${mongodb.name}`, () => {
  it("with a quota are recorded in a constant number of round trips", async () => {
    const client = new MongoClient(mongodb.server().url, { monitorCommands: true, retryWrites: false });
    const db = client.db(`rejections-${randomUUID()}`);
    const quota = { perDay: 400, bytesPerDay: 0 };
    const rejections = createRejections(collectionsOf(db), 30, quota);
    await rejections.recordRejections([aRejection("first", { quota: "e" })]);
    const sent: string[] = [];
    client.on("commandStarted", ({ commandName }) => sent.push(commandName));
    const exchanges = ["e", "f", "g"];
    const many = Array.from({ length: 600 }, (_, n) =>
      aRejection(`${n}`, { quota: exchanges[n % exchanges.length] ?? "" }),
    );
    await rejections.recordRejections(many);
    expect(sent).toEqual(["find", "find", "update", "update"]);
    await db.dropDatabase();
    await client.close();
  });

  it("without a quota are recorded in one round trip, and resolved in one, however many there are", async () => {
    const client = new MongoClient(mongodb.server().url, { monitorCommands: true, retryWrites: false });
    const db = client.db(`rejections-${randomUUID()}`);
    const rejections = createRejections(collectionsOf(db), 30);
    // The first write creates the collection.
    await rejections.recordRejections([aRejection("first")]);
    const sent: string[] = [];
    client.on("commandStarted", ({ commandName }) => sent.push(commandName));

    const many = Array.from({ length: 500 }, (_, n) => aRejection(`${n}`));
    await rejections.recordRejections([...many, ...many]);
    const found = await rejections.listRejections({ limit: 1000 });
    expect(found).toHaveLength(501);
    await rejections.resolveRejections(found.map(({ id, last_seen }) => ({ id, last_seen, again: null })));
    expect(sent.filter((name) => name !== "getMore")).toEqual(["update", "find", "delete"]);
    expect(await rejections.countRejections({})).toEqual([]);
    await rejections.recordRejections([]);
    await rejections.resolveRejections([]);
    expect(sent.filter((name) => name !== "getMore")).toEqual(["update", "find", "delete", "aggregate"]);

    await db.dropDatabase();
    await client.close();
  });
});
