import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { createApiReads } from "../../../src/store/sqlite/sqlite-api-reads.ts";
import { openStoreDatabase } from "../../../src/store/sqlite/sqlite-database.ts";
import { createPageReads } from "../../../src/store/sqlite/sqlite-page-reads.ts";
import { createReads } from "../../../src/store/sqlite/sqlite-reads.ts";
import { createRejections } from "../../../src/store/sqlite/sqlite-rejections.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { createWork } from "../../../src/store/sqlite/sqlite-work.ts";
import { anArrival } from "../../examples.ts";

it("explaining a job, counting work and lists of the read API and the pages use only indexes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sqlite-reads-"));
  const store = await openSqliteStore(folder, 30);
  await store.storeSubmissions([anArrival()]);
  await store.close();
  const db = openStoreDatabase(join(folder, "pulse-ingest.db"));
  const reads = createReads(db);
  const rejections = createRejections(db, 30);
  const work = createWork(db);
  const lists = createApiReads(db);
  const pages = createPageReads(db);
  // Only statements that are prepared from here on are examined.
  const asked: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = (sql) => {
    asked.push(sql);
    return prepare(sql);
  };
  expect(reads.findJobsByGuid("guid")).toHaveLength(1);
  expect(reads.findJobsByGuid("guid", "try")).toHaveLength(1);
  rejections.listRejections({ task_id: "guid/0", limit: 100 });
  work.countWork();
  const handles = lists.pageOfProject("try", 0, 10);
  expect(lists.readJobs(handles)).toHaveLength(1);
  lists.selectJobs({ by: "number", numbers: [1] }, "try", 10);
  lists.selectJobs({ by: "number-range", first: 1, last: 2 }, "try", 10);
  lists.selectJobs({ by: "guid", guids: ["guid/0"] }, "try", 10);
  lists.selectJobs({ by: "task", task: "guid" }, "try", 10);
  lists.selectJobs({ by: "push", pushes: ["try/aaaaaaaaaaaa"] }, null, 10);
  lists.selectJobs({ by: "change", project: "try", from: null, to: "2027" }, null, 10);
  lists.listSubmittedPushes({ project: "try", from: 1, to: null, author: "a", skip: 0, limit: 10 });
  lists.findPushes([1]);
  lists.listArtifacts("try", "guid/0");
  lists.listChangedLogs(null, 10);
  lists.listProjectNames(10);
  lists.hasProject("try");
  pages.listProjects();
  pages.listPushes({ project: "try", author: "a", since: 1, limit: 10 });
  pages.listCells({ result_set: "try/aaaaaaaaaaaa", limit: 10 });
  pages.listSimilarJobs({ project: "try", signature: "s", limit: 10 });
  db.prepare = prepare;

  expect(asked.length).toBeGreaterThan(6);
  const steps = asked.flatMap((sql) => {
    const blanks = new Set(sql.match(/\?\d*/g)).size;
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array(blanks).fill("")) as {
      detail: string;
    }[];
    return plan.map(({ detail }) => ({ detail, sql }));
  });
  // Sorting the few rows that were found costs nothing, but a scan reads all rows. The scans below are allowed: they count
  // waiting and failed work in indexes that contain nothing else, or go through a list that was passed or selected.
  const open =
    /^SCAN \w+ USING (COVERING )?INDEX (logs_due|logs_failed|suggestions_due|sqlite_autoindex_suggestions_1)$/;
  const list = /^SCAN (\w+ VIRTUAL TABLE INDEX 1:|\(subquery-\d\)|found)$/;
  const scans = steps.filter(({ detail }) => /\bSCAN\b/.test(detail));
  expect(scans.filter(({ detail }) => !open.test(detail) && !list.test(detail))).toEqual([]);
  expect(steps.filter(({ detail }) => /SEARCH .* USING .*INDEX/.test(detail)).length).toBeGreaterThan(6);
  db.close();
  rmSync(folder, { recursive: true });
});
