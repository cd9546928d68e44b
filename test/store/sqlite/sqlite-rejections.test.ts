import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type Database from "libsql";
import type { RejectionFilter } from "../../../src/store/ports/rejection-reads.ts";
import { openStoreDatabase } from "../../../src/store/sqlite/sqlite-database.ts";
import { createRejections } from "../../../src/store/sqlite/sqlite-rejections.ts";
import { aRejection } from "../../examples.ts";

let folder: string;
let db: Database.Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rejections-"));
  db = openStoreDatabase(join(folder, "store.db"));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

it("recording a rejection deletes expired ones", () => {
  const rejections = createRejections(db, 1);
  rejections.recordRejections([aRejection("old", { received_at: "2001-01-01T00:00:00.000Z" })]);
  rejections.recordRejections([aRejection("new")]);
  expect(db.prepare("SELECT count(*) AS rows FROM rejections").get()).toMatchObject({ rows: 1 });
});

const exchange = "e";
const routing_key = "k";
const project = "try";
const reason = "malformed-body";
const since = "2026-01-05T10:00:00.000Z";

it.each<[RejectionFilter, string]>([
  [{}, "rejections_by_time"],
  [{ since }, "rejections_by_time (last_seen>?)"],
  [{ exchange }, "rejections_by_exchange (exchange=?)"],
  [{ exchange, since, until: since }, "rejections_by_exchange (exchange=? AND last_seen>? AND last_seen<?)"],
  [{ project, since }, "rejections_by_project (project=? AND last_seen>?)"],
  [{ reason, since }, "rejections_by_reason (reason=? AND last_seen>?)"],
  [{ routing_key, since }, "rejections_by_key (routing_key=? AND last_seen>?)"],
  [{ exchange, reason, project, since }, "=? AND last_seen>?)"],
  [{ task_id: "t/0" }, "rejections_by_task (task_id=?)"],
  [{ task_id: "t/0", project }, "rejections_by_task (task_id=?)"],
  [{ task_id: "t/0", exchange, routing_key, reason, since }, "rejections_by_task (task_id=?"],
])("the newest rejections that match %j are read in the order of an index", (filter, index) => {
  const plan = planOf((rejections) => rejections.listRejections({ ...filter, limit: 100 }));
  expect(plan).toContain(index);
  // The rejections of one task are few and may be sorted. All others must be read in the order of the index, up to the limit.
  if (filter.task_id === undefined) expect(plan).not.toContain("TEMP B-TREE");
});

it("a page is read from the position in the index where the previous page ended", () => {
  const after = { last_seen: since, id: "a" };
  const plan = planOf((rejections) => rejections.listRejections({ exchange, after, limit: 100 }));
  expect(plan).toBe(
    "SEARCH rejections USING INDEX rejections_by_exchange (exchange=? AND (last_seen,id)<(?,?))",
  );
});

/** Returns SQLite's plan for the last statement of a call. */
function planOf(ask: (rejections: ReturnType<typeof createRejections>) => unknown): string {
  const rejections = createRejections(db, 30);
  const prepare = db.prepare.bind(db);
  let asked = "";
  db.prepare = (sql: string) => {
    asked = sql;
    return prepare(sql);
  };
  ask(rejections);
  const steps = prepare(`EXPLAIN QUERY PLAN ${asked}`).all() as { detail: string }[];
  return steps.map(({ detail }) => detail).join("; ");
}
