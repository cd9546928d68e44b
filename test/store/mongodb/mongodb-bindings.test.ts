import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { bindingId } from "../../../src/domain/ids.ts";
import { createBindings } from "../../../src/store/mongodb/mongodb-bindings.ts";
import { type Collections, collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`bindings that an earlier version recorded on ${mongodb.name}`, () => {
  let client: MongoClient;
  let all: Collections;
  beforeEach(() => {
    client = new MongoClient(mongodb.server().url, { retryWrites: false });
    all = collectionsOf(client.db(`bindings-${randomUUID()}`));
  });
  afterEach(async () => {
    await client.db(all.bindings.dbName).dropDatabase();
    await client.close();
  });

  it("keep the claim of their worker until it is stale", async () => {
    const [binding, earlier] = [{ exchange: "e", routing_key: "k" }, "2026-01-05T10:00:00.000Z"];
    const _id = bindingId("q", "e", "k");
    await all.bindings.insertOne({ _id, queue: "q", ...binding, wanted_by: "a", wanted_at: earlier });
    const { noteBindings, readBindings } = createBindings(all);
    const old = { by: "a", at: earlier };
    expect(await readBindings("q")).toEqual([{ ...binding, wanted: [old] }]);
    const claim = { by: "b", at: "2026-01-05T10:09:59.999Z" };
    await noteBindings("q", [binding], claim);
    expect(await readBindings("q")).toEqual([{ ...binding, wanted: [claim, old] }]);
    const renewed = { by: "b", at: "2026-01-05T10:10:00.000Z" };
    await noteBindings("q", [binding], renewed);
    expect(await all.bindings.findOne()).toEqual({ _id, queue: "q", ...binding, wanted: [renewed] });
  });
});
