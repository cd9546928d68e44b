import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { type Collections, collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createCopies } from "../../../src/store/mongodb/mongodb-copies.ts";
import { openMongodbStore } from "../../../src/store/mongodb/mongodb-store.ts";
import type { Copied } from "../../../src/store/ports/copy-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { firstJob } from "../../../src/store/rules/advance-job.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";
import { job } from "../copy-contract.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`a copy while a worker writes, on ${mongodb.name}`, () => {
  let client: MongoClient;
  let worker: Store;
  beforeAll(async () => {
    const url = Object.assign(new URL(mongodb.server().url), { pathname: `/copies-${randomUUID()}` });
    worker = await openMongodbStore(url.href, 30);
    client = new MongoClient(url.href);
  });
  afterAll(async () => {
    await worker.close();
    await client.db().dropDatabase();
    await client.close();
  });

  /** Copies a document. Just before the copy's first write, after everything has been read, the worker acts. */
  async function copyBeside(
    collection: "jobs" | "logs",
    document: Copied,
    meanwhile: () => Promise<unknown>,
  ): Promise<void> {
    const all = collectionsOf(client.db());
    let isOver = false;
    const slow = new Proxy(all[collection], {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (name !== "bulkWrite" || isOver) return Reflect.apply(member, target, args);
          isOver = true;
          return meanwhile().then(() => Reflect.apply(member, target, args));
        };
      },
    });
    await createCopies({ ...all, [collection]: slow } as Collections, 30).writeCopies([document]);
    expect(isOver).toBe(true);
  }

  const copied = (name: string, state: string, more: object = {}): Copied<"job"> => {
    const arrival = job(name, state, undefined, more);
    return { kind: "job", id: `try/${name}%2F0`, job: firstJob(arrival, "try/push", randomUUID()) };
  };
  const stateOf = async (name: string) => (await worker.findJob("try", `${name}/0`))?.job.state;

  it("a job that a worker moves between the copy's read and its write stays as the worker wrote it", async () => {
    await worker.storeSubmissions([job("moved", "pending")]);
    await copyBeside("jobs", copied("moved", "running"), () =>
      worker.storeSubmissions([job("moved", "completed")]),
    );
    expect(await stateOf("moved")).toBe("completed");
  });

  it("a job that a worker creates between the copy's read and its write is still moved by the copy", async () => {
    await copyBeside("jobs", copied("made", "completed"), () =>
      worker.storeSubmissions([job("made", "running")]),
    );
    expect(await stateOf("made")).toBe("completed");
    await copyBeside("jobs", copied("late", "running"), () =>
      worker.storeSubmissions([job("late", "completed")]),
    );
    expect(await stateOf("late")).toBe("completed");
  });

  it("a log that a worker reads between the copy's read and its write stays read", async () => {
    const log = { name: "buildbot_text", url: "http://logs.example/1" };
    await worker.storeSubmissions([job("read", "running", undefined, { logs: [log] })]);
    const [stored] = (await worker.readParts({ kind: "log", jobs: ["try/read%2F0"], after: null })).documents;
    if (stored?.kind !== "log") throw new Error("there is a log");
    const failed = {
      ...stored,
      failure: "404",
      attempts: 1,
      last_modified: "2026-02-05T10:00:00.000Z",
    } as const;
    await copyBeside("logs", failed, async () => {
      const { logs } = collectionsOf(client.db());
      const read = { parse_status: "parsed", failure: null, next_attempt_at: null } as const;
      await logs.updateOne({ job: stored.job }, { $set: read });
    });
    expect((await worker.findJob("try", "read/0"))?.logs).toMatchObject([
      { parse_status: "parsed", failure: null },
    ]);
  });
});
