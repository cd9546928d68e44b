import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { BSON, type Document, type IndexDescriptionInfo, MongoClient } from "mongodb";
import { CELL } from "../../src/domain/job-cell.ts";
import { openSpool } from "../../src/spool/open-spool.ts";
import { openMongodbStore } from "../../src/store/mongodb/mongodb-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { gridCell } from "../../src/store/rules/grid-cell.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { aClaim, aMessage, anArrival, REVISION } from "../examples.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb } from "../servers/shared-servers.ts";
import { untilAnswer } from "../until.ts";

jest.setTimeout(180_000);
const stored = (name: string): Buffer => readFileSync(new URL(`earlier-version/${name}`, import.meta.url));

/** A copy of a store that the first version wrote, opened by the current code. */
interface Copy {
  readonly store: Store;
  remove(): Promise<void>;
}

async function sqliteCopy(): Promise<Copy> {
  const folder = mkdtempSync(join(tmpdir(), "earlier-version-"));
  writeFileSync(join(folder, "pulse-ingest.db"), gunzipSync(stored("pulse-ingest.db.gz")));
  return {
    store: await openSqliteStore(folder, 30),
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

interface Collection {
  readonly documents: Document[];
  readonly indexes: IndexDescriptionInfo[];
}

async function mongodbCopy(serverUrl: string): Promise<Copy> {
  const url = new URL(serverUrl);
  url.pathname = `/earlier-${randomUUID()}`;
  const client = await MongoClient.connect(url.href);
  const dump = BSON.EJSON.parse(stored("mongodb.json").toString()) as Readonly<Record<string, Collection>>;
  for (const [name, { documents, indexes }] of Object.entries(dump)) {
    const collection = client.db().collection(name);
    if (documents.length > 0) await collection.insertMany(documents);
    for (const { key, name: index, unique, expireAfterSeconds, partialFilterExpression } of indexes) {
      if (index === undefined || index === "_id_") continue;
      const options = { unique, expireAfterSeconds, partialFilterExpression };
      const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      await collection.createIndex(key, { name: index, ...given });
    }
  }
  return {
    store: await openMongodbStore(url.href, 30),
    async remove() {
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

function earlierVersion(name: string, openCopy: () => Promise<Copy>): void {
  describe(`a ${name} store that the first version wrote`, () => {
    let copy: Copy;
    beforeAll(async () => {
      copy = await openCopy();
    });
    afterAll(async () => {
      await copy.store.close();
      await copy.remove();
    });

    it("shows a job with its transitions, log, artifacts and push", async () => {
      const [ran] = await copy.store.findJobsByGuid("ran");
      expect(ran?.job).toMatchObject({ job_guid: "ran/0", project: "try", state: "completed" });
      expect(ran?.job.transitions).toMatchObject([
        { state: "pending", exchange: "exchange/publisher/jobs", redelivered: false },
        { state: "running", routing_key: "treeherder.try", redelivered: true },
        { state: "completed", received_at: "2026-01-05T10:02:00.000Z" },
      ]);
      expect(ran?.logs).toMatchObject([{ name: "buildbot_text", parse_status: "pending" }]);
      expect(ran?.artifacts).toEqual([{ name: "Job Info", made_by: ["message"] }]);
      expect(ran?.result_set).toMatchObject({ revision: REVISION, author: "a@example.com" });
    });

    it("shows refused parts, suggestions and options of other jobs", async () => {
      const [summary] = await copy.store.findJobsByGuid("summary/0");
      expect(summary?.job.refused).toEqual([{ what: "artifact 1", reason: "has no name" }]);
      expect(summary?.suggestions).toMatchObject([{ attempts: 0, failure: null }]);
      const [named] = await copy.store.findJobsByGuid("named/0");
      expect(named?.job.options).toEqual(["debug", "pgo"]);
    });

    it("lists its options, and its jobs by project, push and time of change", async () => {
      const options = (await copy.store.listOptionCollections(10)).map((each) => each.options.join());
      expect(options).toContain("debug,pgo");
      const jobs = await copy.store.pageOfProject("try", 0, 100);
      expect(jobs.length).toBeGreaterThan(2);
      const [ran] = await copy.store.findJobsByGuid("ran");
      const all = { by: "change", project: "try", from: "2026-01-05", to: null } as const;
      expect(await copy.store.selectJobs(all, null, 100)).toEqual(jobs);
      const pushes = [ran?.job.result_set ?? ""];
      expect(await copy.store.selectJobs({ by: "push", pushes }, null, 100)).not.toEqual([]);
    });

    it("lists its projects, its pushes by time, and what the grid shows of its jobs", async () => {
      const listed = async () => {
        const pages = ["try", "other"].map((project) => copy.store.listPushes({ project, limit: 50 }));
        return (await Promise.all(pages)).flatMap(({ pushes }) => pushes);
      };
      // Some servers add the times in the background.
      const pushes = await untilAnswer(listed, ({ length }) => length === 2);
      expect(pushes).toMatchObject([
        { project: "try", order_at: 1_767_600_000, is_skeleton: false },
        { project: "other", is_skeleton: true },
      ]);
      const arrived = pushes[1]?.order_at ?? 0;
      expect(new Date(arrived * 1000).toISOString()).toMatch(/^2026-01-05T/);
      expect(await copy.store.listProjects()).toEqual([
        { project: "other", newest_order_at: arrived },
        { project: "try", newest_order_at: 1_767_600_000 },
      ]);
      const [ran] = await copy.store.findJobsByGuid("ran");
      const { cells } = await copy.store.listCells({ result_set: ran?.job.result_set ?? "", limit: 100 });
      expect(cells.map(({ cell }) => cell[CELL.guid])).toContain("ran/0");
      for (const { cell } of cells) {
        const job = (await copy.store.findJob("try", cell[CELL.guid]))?.job;
        expect(cell).toEqual(job && gridCell(job));
      }
    });

    it("reports repeated and late messages as unchanged, and keeps a coalesced job coalesced", async () => {
      const again = await copy.store.storeSubmissions([
        anArrival({ taskId: "ran/0" }),
        anArrival({ taskId: "ran/0", state: "running" }),
        anArrival({ taskId: "folded/0" }),
      ]);
      expect(again.map(({ kind }) => kind)).toEqual(["unchanged", "unchanged", "stored"]);
      expect((await copy.store.findJob("try", "folded/0"))?.coalesced_to).toBe("named/0");
    });

    it("gives out the pending log and summary", async () => {
      // The first version did not store the exchange of a log.
      const claim = aClaim({ exchange: "" });
      const logs = await copy.store.claimWork({ ...claim, kind: "log" });
      expect(logs).toMatchObject([{ kind: "log", job_guid: "ran/0", url: "http://logs.example/1" }]);
      const suggestions = await copy.store.claimWork({ ...claim, kind: "suggestions" });
      expect(suggestions).toMatchObject([{ kind: "suggestions", job_guid: "summary/0" }]);
      for (const item of [...logs, ...suggestions]) expect(await copy.store.finishWork(item, [])).toBe(true);
    });

    it("lists and counts its rejections", async () => {
      const [rejection] = await copy.store.listRejections({ limit: 10 });
      expect(rejection).toMatchObject({ count: 2, exchange: "exchange/publisher/jobs", task_id: "bad/0" });
      expect(await copy.store.countRejections({ project: "try" })).toMatchObject([{ messages: 2 }]);
    });

    it("contains its bindings, bugs and suspects", async () => {
      const [binding] = await copy.store.readBindings("queue/guest/jobs");
      expect(binding).toMatchObject({ exchange: "exchange/publisher/jobs", wanted: [] });
      const claim = { by: "worker", at: new Date().toISOString() };
      await copy.store.noteBindings("queue/guest/jobs", binding === undefined ? [] : [binding], claim);
      expect(await copy.store.readBindings("queue/guest/jobs")).toEqual([{ ...binding, wanted: [claim] }]);
      expect(await copy.store.readBugs(0, 10)).toMatchObject([{ id: 1, summary: "Intermittent boom" }]);
      expect(await copy.store.enterSuspects(["c0ffee"])).toEqual([2]);
    });
  });
}

earlierVersion("SQLite", sqliteCopy);
const mongodb = await serverOrSkip(sharedMongodb);
mongodb.describe(`on ${mongodb.name}`, () => {
  earlierVersion("MongoDB protocol", () => mongodbCopy(mongodb.server().url));
});

it("a spool file of the first version is taken over with all its deliveries", () => {
  const folder = mkdtempSync(join(tmpdir(), "earlier-version-"));
  writeFileSync(join(folder, `${randomUUID()}.db`), gunzipSync(stored("spool.db.gz")));
  const said: string[] = [];
  const say = (event: string): void => void said.push(event);
  const spool = openSpool({ folder, maxBytes: 1e9, log: { error: say, warn: say, info: say, debug: say } });
  const { deliveries = [] } = spool.front({ maxItems: 10, maxBytes: 1e9 }) ?? {};
  expect(said).toEqual(["spool_taken_over"]);
  expect(deliveries.map(({ delivery }) => delivery.receivedAtMs - Date.UTC(2026, 0, 5, 11))).toEqual([
    0, 1000, 2000,
  ]);
  const [first, , last] = deliveries;
  expect(JSON.parse(first?.delivery.body.toString() ?? "")).toEqual(aMessage({ taskId: "spooled/0" }));
  expect(first?.delivery).toMatchObject({ exchange: "exchange/publisher/jobs", oversize: null });
  expect(last?.delivery.oversize).toMatchObject({ bytes: 2_000_000 });
  spool.close();
  rmSync(folder, { recursive: true });
});
