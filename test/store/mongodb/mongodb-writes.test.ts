import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { collectionsOf, createIndexes } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createWrites } from "../../../src/store/mongodb/mongodb-writes.ts";
import type { Arrival } from "../../../src/store/ports/submission-store.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { anArrival } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

// The machine may be slow under load.
jest.setTimeout(60_000);
const mongodb = await serverOrSkip(sharedMongodb);
const SIZES = [1, 10, 200];

mongodb.describe(`round trips to ${mongodb.name}`, () => {
  let client: MongoClient;
  let writes: ReturnType<typeof createWrites>;
  let databaseName = "";
  const commands: string[] = [];
  beforeAll(async () => {
    client = new MongoClient(mongodb.server().url, { monitorCommands: true, retryWrites: false });
    const all = collectionsOf(client.db(`writes-${randomUUID()}`));
    await createIndexes(all);
    writes = createWrites(all, new LogRoom(1000, () => 0));
    client.on("commandStarted", ({ commandName, command }) => {
      commands.push(`${commandName} ${command[commandName] ?? ""}`);
    });
    databaseName = all.jobs.dbName;
  });
  afterAll(async () => {
    await client.db(databaseName).dropDatabase();
    await client.close();
  });

  /** Returns the commands that storing the batch took. */
  async function commandsOf(batch: readonly Arrival[], outcome: string): Promise<readonly string[]> {
    commands.length = 0;
    const outcomes = await writes.storeSubmissions(batch);
    expect(outcomes.map(({ kind }) => kind)).toEqual(batch.map(() => outcome));
    return commands.toSorted();
  }

  /** Returns jobs of as many different pushes, with everything that a message may bring. */
  const batchOf = (size: number, state: string): Arrival[] =>
    Array.from({ length: size }, (_, n) => {
      const revision = (n + 1).toString(16).padStart(12, "0").padEnd(40, "0");
      return anArrival({
        taskId: `of${size}/${n}`,
        state,
        origin: { kind: "hg.mozilla.org", project: `p${size}`, revision },
        logs: [{ name: "mine", url: "u", steps: [] }],
        coalesced: [`other/${n}`],
        jobInfo: { summary: state },
        extra: { artifacts: [{ name: "a", type: "json", blob: n }] },
      });
    });

  async function expectConstant(state: string, outcome: string): Promise<void> {
    const taken = [];
    for (const size of SIZES) taken.push(await commandsOf(batchOf(size, state), outcome));
    expect(taken[0]?.length).toBeGreaterThan(1);
    for (const one of taken) expect(one).toEqual(taken[0]);
  }

  it("new jobs take the same commands in a batch of 1, 10 or 200", () => expectConstant("running", "stored"));
  it("jobs that move forward do too", () => expectConstant("completed", "stored"));
  it("late messages do too", () => expectConstant("pending", "unchanged"));
  it("repeated messages take two reads, and wait until what was read is on most members", async () => {
    await expectConstant("completed", "unchanged");
    expect(await commandsOf(batchOf(200, "completed"), "unchanged")).toEqual([
      "find jobs",
      "find resultsets",
      "update versions",
    ]);
  });
});
