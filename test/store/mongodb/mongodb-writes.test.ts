import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { createApiReads } from "../../../src/store/mongodb/mongodb-api-reads.ts";
import { createArtifacts } from "../../../src/store/mongodb/mongodb-artifacts.ts";
import { type Collections, collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createIndexes } from "../../../src/store/mongodb/mongodb-indexes.ts";
import { createReads } from "../../../src/store/mongodb/mongodb-reads.ts";
import { createWrites } from "../../../src/store/mongodb/mongodb-writes.ts";
import type { Arrival, StoreOutcome } from "../../../src/store/ports/submission-store.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { anArrival, aPostedArtifact, overRest } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

// The machine may be slow under load.
jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);
const SIZES = [1, 10, 200];

mongodb.describe(`round trips to ${mongodb.name}`, () => {
  let client: MongoClient;
  let all: Collections;
  let writes: ReturnType<typeof createWrites>;
  let databaseName = "";
  const commands: string[] = [];
  beforeAll(async () => {
    client = new MongoClient(mongodb.server().url, { monitorCommands: true, retryWrites: false });
    all = collectionsOf(client.db(`writes-${randomUUID()}`));
    await createIndexes(all);
    writes = createWrites(all, new LogRoom(1000, () => 0));
    // The first job with its options takes one additional command.
    await writes.storeSubmissions([anArrival({ taskId: "first/0" })]);
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
    return commandsWhile(() => writes.storeSubmissions(batch), batch, outcome);
  }

  async function commandsWhile(
    store: () => Promise<readonly StoreOutcome[]>,
    batch: readonly unknown[],
    outcome: string,
  ): Promise<readonly string[]> {
    commands.length = 0;
    const outcomes = await store();
    expect(outcomes.map(({ kind }) => kind)).toEqual(batch.map(() => outcome));
    return commands.toSorted();
  }

  /** Returns jobs of as many different pushes, with everything that a message may contain. */
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
  it("jobs that move forward take the same commands too", () => expectConstant("completed", "stored"));
  it("late messages take the same commands too", () => expectConstant("pending", "unchanged"));
  it("repeated messages take two reads, and wait until what was read is on most members", async () => {
    await expectConstant("completed", "unchanged");
    expect(await commandsOf(batchOf(200, "completed"), "unchanged")).toEqual([
      "find jobs",
      "find resultsets",
      "update versions",
    ]);
  });

  it("pushes and posted artifacts take the same commands, however many are stored at the same time", async () => {
    const taken = [];
    for (const size of SIZES) {
      const project = `of${size}`;
      const pushes = Array.from({ length: size }, (_, n) => {
        const revision = n.toString(16).padStart(12, "0").padEnd(40, "0");
        const { received_at } = anArrival();
        return { project, resultSet: { revision, push_timestamp: 5, revisions: [] }, received_at };
      });
      const posted = Array.from({ length: size }, (_, n) => {
        const artifact = { name: `a${n}`, type: "json", blob: "{}" };
        return aPostedArtifact({ artifact, suggestions_for: `${size}`, summary_of: "log" });
      });
      await writes.storeSubmissions([anArrival()]);
      const { storeArtifacts } = createArtifacts(all);
      taken.push([
        await commandsWhile(() => writes.storeResultSets(pushes), pushes, "stored"),
        await commandsWhile(() => writes.storeResultSets(pushes), pushes, "unchanged"),
        await commandsWhile(() => storeArtifacts(posted), posted, "stored"),
      ]);
      await all.artifacts.deleteMany({});
    }
    expect(taken[0]?.map((each) => each.length)).toEqual([2, 2, 6]);
    for (const one of taken) expect(one).toEqual(taken[0]);
  });

  it("a rename that was interrupted after any of its commands is completed by the same message", async () => {
    const reads = createReads(all);
    const lists = createApiReads(all);
    const of = (job_guid: string, overrides: Parameters<typeof anArrival>[0]): Arrival => {
      const arrival = overRest(anArrival(overrides));
      const { submission } = arrival;
      return { ...arrival, submission: { ...submission, job: { ...submission.job, job_guid } } };
    };
    let interrupted = 0;
    for (let allowed = 0, isWhole = false; !isWhole; allowed++) {
      const guid = `cut${allowed}`;
      const summary = { name: "text_log_summary", type: "json", blob: {} };
      const first = of(guid, {
        state: "running",
        logs: [{ name: "buildbot_text", url: "u" }],
        extra: { artifacts: [summary] },
      });
      const winner = of(`${guid}-winner`, { coalesced: [guid] });
      await writes.storeSubmissions([first, winner]);
      const number = (await reads.findJob("try", guid))?.job.rest_id ?? 0;
      const retry = of(`${guid}_12345`, { isRetried: true, jobInfo: { summary: "of the retry" } });
      const failing = createWrites(failingAfter(all, allowed), new LogRoom(1000, () => 0));
      isWhole = await failing.storeSubmissions([retry]).then(
        () => true,
        () => false,
      );
      // It can always be found under one of its guids.
      const found = await Promise.all([guid, `${guid}_12345`].map((each) => reads.findJob("try", each)));
      expect(found.some((view) => view !== null)).toBe(true);
      for (const view of found) if (view !== null) expect(view.job.rest_id).toBe(number);
      // It can also be found by its number.
      const ids = await lists.selectJobs({ by: "number", numbers: [number] }, "try", 2);
      expect(ids.map(String)).toEqual([expect.stringMatching(`^try/${guid}(_12345)?$`)]);
      if (!isWhole) interrupted++;

      // On some rounds a new job with the old guid comes first.
      if (allowed % 2 === 0) await writes.storeSubmissions([retry]);
      else await writes.storeSubmissions([retry, of(guid, { state: "pending" })]);
      const view = await reads.findJob("try", `${guid}_12345`);
      expect(view).toMatchObject({
        job: { state: "completed", result: "retry", rest_id: number },
        coalesced_to: `${guid}-winner`,
        logs: [{ name: "buildbot_text", job_guid: `${guid}_12345` }],
      });
      expect(view?.artifacts.toSorted()).toEqual(["Job Info", "text_log_summary"]);
      expect((await reads.findJobsByGuid(`${guid}_12345`))[0]?.suggestions).toHaveLength(1);
      const left = await reads.findJob("try", guid);
      if (allowed % 2 === 0) expect(left).toBeNull();
      else
        expect(left).toMatchObject({
          job: { state: "pending" },
          logs: [],
          artifacts: [],
          coalesced_to: null,
        });
      expect(await all.suggestions.countDocuments({ job_guid: guid })).toBe(0);
    }
    expect(interrupted).toBeGreaterThan(10);
  });
});

/** Returns the same collections, but after this many writes, each further write fails before it is sent. */
function failingAfter(all: Collections, allowed: number): Collections {
  const writing = /^(insert|update|replace|delete|bulkWrite)/;
  let calls = 0;
  const failing = Object.entries(all).map(([name, collection]) => [
    name,
    new Proxy(collection, {
      get(target: object, method) {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (writing.test(String(method)) && calls++ >= allowed) throw new Error("the worker was killed");
          return Reflect.apply(value, target, args);
        };
      },
    }),
  ]);
  // Each proxy has the methods of its collection.
  return Object.fromEntries(failing) as Collections;
}
