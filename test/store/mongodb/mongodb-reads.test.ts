import { randomUUID } from "node:crypto";
import { expect, it, jest } from "@jest/globals";
import { type Db, type Document, MongoClient } from "mongodb";
import * as z from "zod";
import { createApiReads } from "../../../src/store/mongodb/mongodb-api-reads.ts";
import { createClaims } from "../../../src/store/mongodb/mongodb-claims.ts";
import { collectionsOf } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createIndexes } from "../../../src/store/mongodb/mongodb-indexes.ts";
import { createJobStates } from "../../../src/store/mongodb/mongodb-jobs.ts";
import { createPageReads } from "../../../src/store/mongodb/mongodb-page-reads.ts";
import { createReads } from "../../../src/store/mongodb/mongodb-reads.ts";
import { createRejections } from "../../../src/store/mongodb/mongodb-rejections.ts";
import { createWork } from "../../../src/store/mongodb/mongodb-work.ts";
import { createWrites } from "../../../src/store/mongodb/mongodb-writes.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { aClaim, anArrival, restOrigin } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

jest.setTimeout(180_000);

const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`on ${mongodb.name}`, () => {
  it("explaining a job, counting and claiming work, and lists of the read API and the pages use only indexes", async () => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/reads-${randomUUID()}`;
    const client = new MongoClient(url.href, { monitorCommands: true });
    const db = client.db();
    try {
      await explainsByIndex(db, client);
    } finally {
      await db.dropDatabase();
      await client.close();
    }
  });

  it("a job's artifacts are read after its logs, because a parsed log must have its artifacts", async () => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/reads-${randomUUID()}`;
    const client = new MongoClient(url.href, { monitorCommands: true });
    const all = collectionsOf(client.db());
    await createWrites(all, new LogRoom(1000, () => 0)).storeSubmissions([anArrival()]);
    const steps: string[] = [];
    client.on("commandStarted", ({ command }) => steps.push(`asks ${String(command["find"])}`));
    const found = z.looseObject({ cursor: z.looseObject({ ns: z.string() }) });
    client.on("commandSucceeded", ({ reply }) => {
      steps.push(`has ${found.safeParse(reply).data?.cursor.ns.split(".")[1]}`);
    });
    await createReads(all).findJob("try", "guid/0");
    expect(steps.indexOf("has logs")).toBeGreaterThan(0);
    expect(steps.indexOf("asks artifacts")).toBeGreaterThan(steps.indexOf("has logs"));
    await client.db().dropDatabase();
    await client.close();
  });

  it("a list is complete even if its ids are too long for one document together", async () => {
    const url = new URL(mongodb.server().url);
    url.pathname = `/reads-${randomUUID()}`;
    const client = new MongoClient(url.href);
    const all = collectionsOf(client.db());
    const jobs = client.db().collection<{ _id: string }>("jobs");
    try {
      for (let job = 0; job < 9000; job += 1000) {
        const more = Array.from({ length: 1000 }, (_, n) => ({ _id: `try/${job + n}${"-".repeat(2000)}` }));
        await jobs.insertMany(more);
      }
      expect(await createApiReads(all).pageOfProject("try", 0, 8999)).toHaveLength(8999);
    } finally {
      await client.db().dropDatabase();
      await client.close();
    }
  });
});

async function explainsByIndex(db: Db, client: MongoClient): Promise<void> {
  const all = collectionsOf(db);
  await createIndexes(all);
  const summary = { name: "text_log_summary", type: "json", blob: {} };
  // With only a few documents, a planner may choose to read all of them.
  const jobs = Array.from({ length: 500 }, (_, n) =>
    anArrival({
      taskId: `t${n}/0`,
      logs: [{ name: "x", url: `http://h/${n}` }],
      coalesced: [`other${n}/0`],
      extra: { artifacts: [summary] },
    }),
  );
  await createWrites(all, new LogRoom(1000, () => 0)).storeSubmissions(jobs);
  const rejections = createRejections(all, 30);
  await rejections.recordRejections(
    jobs.map(({ submission: { job } }) => ({
      ...{
        route: { origin: "pulse", exchange: "e", routing_key: "k" },
        received_at: new Date().toISOString(),
        project: "try",
        task_id: job.job_guid,
      },
      fault: { reason: "malformed-body", detail: "" },
      payload: {
        encoding: "json",
        content: "",
        bytes: 0,
        sha256: job.job_guid,
        truncated: false,
        blanked: false,
      },
    })),
  );

  const asked: Document[] = [];
  client.on("commandStarted", ({ commandName, command }) => {
    const { find, aggregate, filter, pipeline, sort, limit, projection } = command;
    const whole = { find, aggregate, filter, pipeline, sort, limit, projection };
    const cursor = commandName === "aggregate" ? { cursor: {} } : {};
    const given = Object.entries(whole).filter(([, value]) => value !== undefined);
    if (find ?? aggregate) asked.push({ ...Object.fromEntries(given), ...cursor });
  });
  const reads = createReads(all);
  expect(await reads.findJobsByGuid("t7")).toHaveLength(1);
  expect(await reads.findJobsByGuid("t7", "try")).toHaveLength(1);
  await rejections.listRejections({ task_id: "t7/0", limit: 100 });
  expect(await reads.findArtifact("try", "t7/0", "text_log_summary")).toMatchObject({ type: "json" });
  expect(await createWork(all).countWork()).toMatchObject({ suggestions: { pending: 500, failed: 0 } });
  const claim = aClaim({ limit: 3 });
  const { exchangesWithWork, claimWork } = createClaims(all);
  // Workers do not read logs of this name.
  expect(await exchangesWithWork("log")).toEqual([]);
  expect(await exchangesWithWork("suggestions")).toEqual([claim.exchange]);
  for (const kind of ["log", "suggestions"] as const) await claimWork({ ...claim, kind });

  const lists = createApiReads(all);
  const [handle = ""] = await lists.pageOfProject("try", 10, 20);
  expect(await lists.readJobs([handle])).toHaveLength(1);
  expect(await lists.readListed([handle])).toHaveLength(1);
  const number = (await reads.findJob("try", "t7/0"))?.job.rest_id ?? 0;
  for (const selection of [
    { by: "number", numbers: [number] },
    { by: "number-range", first: number, last: number },
    { by: "guid", guids: ["t7/0"] },
    { by: "task", task: "t7" },
  ] as const) {
    expect(await lists.selectJobs(selection, "try", 10)).toHaveLength(1);
  }
  await lists.selectJobs({ by: "change", project: "try", from: "2027", to: null }, null, 10);
  await lists.selectJobs({ by: "push", pushes: ["try/none"] }, null, 10);
  await lists.listSubmittedPushes({ project: "other", from: 5, to: null, author: null, skip: 0, limit: 10 });
  await lists.findPushes([5]);
  await lists.listArtifacts("try", "t7/0");
  await lists.hasProject("try");
  await lists.listProjectNames(5);

  const { setJobState } = createJobStates(all);
  expect(await setJobState("try", 1, "running", new Date().toISOString(), restOrigin)).toBe("unknown");

  expect(asked).toHaveLength(50);

  const pages = createPageReads(all);
  await pages.listProjects();
  await pages.listPushes({ project: "try", since: 5, limit: 10 });
  const { cells } = await pages.listCells({ result_set: "try/aaaaaaaaaaaa", limit: 10 });
  const [{ changed, id } = { changed: "", id: "" }] = cells;
  await pages.listCells({ result_set: "try/aaaaaaaaaaaa", after: { changed, id }, limit: 10 });
  await pages.listSimilarJobs({ project: "try", signature: "s", limit: 10 });
  expect(asked.length).toBeGreaterThan(50 + 6);
  for (const command of [...asked]) {
    const plan = JSON.stringify(await db.command({ explain: command, verbosity: "queryPlanner" }));
    expect({ command, plan, byIndex: /Index (Only )?Scan|IXSCAN|IDHACK/.test(plan) }).toMatchObject({
      byIndex: true,
    });
    expect({ command, plan, ofAll: /Seq Scan|COLLSCAN/.test(plan) }).toMatchObject({ ofAll: false });
  }
}
