import { randomUUID } from "node:crypto";
import { expect, it, jest } from "@jest/globals";
import { type Db, type Document, MongoClient } from "mongodb";
import { createClaims } from "../../../src/store/mongodb/mongodb-claims.ts";
import { collectionsOf, createIndexes } from "../../../src/store/mongodb/mongodb-collections.ts";
import { createReads } from "../../../src/store/mongodb/mongodb-reads.ts";
import { createRejections } from "../../../src/store/mongodb/mongodb-rejections.ts";
import { createWork } from "../../../src/store/mongodb/mongodb-work.ts";
import { createWrites } from "../../../src/store/mongodb/mongodb-writes.ts";
import { LogRoom } from "../../../src/store/rules/log-room.ts";
import { aClaim, anArrival } from "../../examples.ts";
import { serverOrSkip } from "../../servers/server-or-skip.ts";
import { sharedMongodb } from "../../servers/shared-servers.ts";

jest.setTimeout(60_000);

const mongodb = await serverOrSkip(sharedMongodb);

mongodb.describe(`on ${mongodb.name}`, () => {
  it("explaining a job, and counting and claiming work, only use indexes", async () => {
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
  await rejections.listRejections({ task_id: "t7/0", limit: 100 });
  expect(await reads.findArtifact("try", "t7/0", "text_log_summary")).toMatchObject({ type: "json" });
  expect(await createWork(all).countWork()).toMatchObject({ suggestions: { pending: 500, failed: 0 } });
  const claim = aClaim({ limit: 3 });
  for (const kind of ["log", "suggestions"] as const) await createClaims(all).claimWork({ ...claim, kind });

  expect(asked).toHaveLength(17);
  for (const command of [...asked]) {
    const plan = JSON.stringify(await db.command({ explain: command, verbosity: "queryPlanner" }));
    expect({ command, plan, byIndex: /Index (Only )?Scan|IXSCAN|IDHACK/.test(plan) }).toMatchObject({
      byIndex: true,
    });
    expect({ command, plan, ofAll: /Seq Scan|COLLSCAN/.test(plan) }).toMatchObject({ ofAll: false });
  }
}
