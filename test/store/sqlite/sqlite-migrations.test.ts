import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { numberOf } from "../../../src/domain/document-numbers.ts";
import { Misuse, Unavailable } from "../../../src/domain/faults.ts";
import { artifactId, JOB_INFO, jobId, logId } from "../../../src/domain/ids.ts";
import { firstJob } from "../../../src/store/rules/advance-job.ts";
import { gridCell } from "../../../src/store/rules/grid-cell.ts";
import { migrate, steps, takeStep } from "../../../src/store/sqlite/sqlite-migrations.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { bundleProgram } from "../../bundle-program.ts";
import { aClaim, anArrival } from "../../examples.ts";

jest.setTimeout(180_000);
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migrations-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const openFile = () => new Database(join(folder, "pulse-ingest.db"));

/** Fills a file of the first form with rows as that version wrote them. They must never be updated. */
function fillFirstForm(db: Database.Database): void {
  const { rest_id: _notYet, ...earlier } = firstJob(anArrival({ state: "running" }), "try/aaaaaaaaaaaa", "w");
  const job = JSON.stringify(earlier);
  const push = {
    ...{ project: "try", revision: "a".repeat(40), short_revision: "a".repeat(12), revision_hash: "hash" },
    ...{ author: "a@b", push_timestamp: 5, active_status: "active", revisions: [] },
  };
  const id = "try/guid%2F0";
  const rejection = JSON.stringify({
    fault: { reason: "malformed-body", detail: "x" },
    payload: { encoding: "json", content: "1", bytes: 1, sha256: "1", truncated: false },
  });
  const [now, later] = ["2026-01-05T10:00:00.000Z", "2999-01-05T10:00:00.000Z"];
  const rows: readonly (readonly [table: string, ...values: readonly (string | number | null)[]])[] = [
    ["resultsets", "try/aaaaaaaaaaaa", "try", "hash", JSON.stringify(push)],
    ["revision_keys", "try/aaaaaaaaaaaa", "try/aaaaaaaaaaaa"],
    ["jobs", id, "guid/0", 1, job],
    ["artifacts", `${id}/x`, id, "x", "json", "1"],
    ["coalesced", id, "winner/0"],
    ["logs", `${id}/buildbot_text/1`, id, "try", "guid/0", "buildbot_text", "http://logs/1", "pending", now],
    ["logs", `${id}/builds-4h/2`, id, "try", "guid/0", "builds-4h", "http://logs/2", "parsed", now],
    ["rejections", "r1", "e", "k", "try", "guid/0", "malformed-body", now, now, 3, later, rejection],
    ["bindings", "q", JSON.stringify([{ exchange: "e", routing_key: "k" }])],
  ];
  for (const [table, ...values] of rows) {
    db.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join(", ")})`).run(...values);
  }
}

/** Creates a file as a version with this number of steps left it. */
function leaveFile(form: number): void {
  const db = openFile();
  for (let at = 0; at < form; at++) {
    takeStep(db, at);
    if (at === 0) fillFirstForm(db);
  }
  db.close();
}

function schemaOf(): unknown {
  const db = openFile();
  const schema = db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").all();
  const [version] = db.prepare("PRAGMA user_version").all();
  db.close();
  return { schema, version };
}

describe("a file of an earlier form", () => {
  for (let form = 0; form < steps.length; form++) {
    it(`${form} is migrated to form ${steps.length}, and is then the same as a new file`, async () => {
      await (await openSqliteStore(folder, 30)).close();
      const today = schemaOf();
      rmSync(folder, { recursive: true });
      folder = mkdtempSync(join(tmpdir(), "migrations-"));
      leaveFile(form);
      await (await openSqliteStore(folder, 30)).close();
      expect(schemaOf()).toEqual(today);
    });
  }

  for (let form = 1; form < steps.length; form++) {
    it(`${form} keeps its contents, and can still be used`, async () => {
      leaveFile(form);
      const store = await openSqliteStore(folder, 30);
      const view = await store.findJob("try", "guid/0");
      expect(view).toMatchObject({ coalesced_to: "winner/0", job: { state: "running" }, artifacts: ["x"] });
      expect(view?.job.rest_id).toBe(numberOf(jobId("try", "guid/0")));
      expect(view?.logs.map(({ parse_status }) => parse_status)).toEqual(["pending", "parsed"]);
      expect(await store.findArtifact("try", "guid/0", "x")).toEqual({ name: "x", type: "json", blob: "1" });
      expect(await store.findResultSet("try", "a".repeat(12))).toMatchObject({
        author: "a@b",
        rest_id: numberOf("try/aaaaaaaaaaaa"),
      });
      const pushes = await store.listPushes({ project: "try", limit: 5 });
      expect(pushes).toMatchObject({ pushes: [{ author: "a@b", order_at: 5 }], next: null });
      const { cells } = await store.listCells({ result_set: "try/aaaaaaaaaaaa", limit: 5 });
      expect(cells).toMatchObject([{ cell: view && gridCell(view.job), changed: view?.job.last_modified }]);
      expect(await store.readBindings("q")).toMatchObject([{ exchange: "e", routing_key: "k" }]);
      expect(await store.listRejections({ task_id: "guid/0", limit: 5 })).toMatchObject([{ count: 3 }]);
      expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
      // The exchange of the log was not stored, but its project was.
      expect(await store.exchangesWithWork("log")).toEqual([""]);
      expect(await store.claimWork(aClaim({ exchange: "" }))).toMatchObject([
        { name: "buildbot_text", attempts: 0, exchange: "", project: "try" },
      ]);
      await store.close();
    });
  }
});

it("a binding keeps its worker when bindings get several workers", async () => {
  leaveFile(16);
  const at = "2026-01-05T10:00:00.000Z";
  const db = openFile();
  const add = db.prepare("INSERT INTO bindings VALUES ('two', 'e', ?, ?, ?)");
  add.run("claimed", "host.a-1", at);
  add.run("released", "host.a-1", null);
  db.close();
  const store = await openSqliteStore(folder, 30);
  expect(await store.readBindings("two")).toEqual([
    { exchange: "e", routing_key: "claimed", wanted: [{ by: "host.a-1", at }] },
    { exchange: "e", routing_key: "released", wanted: [] },
  ]);
  await store.close();
});

it("names with any characters survive the numbering of jobs, and repeated parts are not stored twice", async () => {
  leaveFile(6);
  const info = (value: string) => JSON.stringify({ job_details: [{ title: null, value, url: null }] });
  const artifacts = [
    ...["n/1", "n%2F1", "n\0x", "n\0y", "😀"].map((name) => ({ name, type: "text", blob: `${name}'"` })),
    ...["1", "2"].map((value) => ({ name: JOB_INFO, type: "json", blob: info(value) })),
  ];
  const logs = ["http://logs/1\0a", "http://logs/1\0b"].map((url) => ({ name: "a/%\0", url }));
  const id = jobId("try", "guid/0");
  const db = openFile();
  for (const artifact of artifacts) {
    const { name, type, blob } = artifact;
    const row = [artifactId("try", "guid/0", artifact), id, name, type, blob, "message"];
    db.prepare("INSERT INTO artifacts VALUES (?, ?, ?, ?, ?, ?)").run(...row);
  }
  for (const { name, url } of logs) {
    const row = [
      logId("try", "guid/0", name, url),
      id,
      "try",
      "guid/0",
      name,
      url,
      "parsed",
      "2026-01-05T10:00:00.000Z",
    ];
    db.prepare(
      "INSERT INTO logs (id, job, project, guid, name, url, parse_status, last_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ).run(...row);
  }
  db.close();

  const store = await openSqliteStore(folder, 30);
  const isWhole = async (): Promise<void> => {
    const view = await store.findJob("try", "guid/0");
    expect(view?.artifacts).toEqual(["x", ...new Set(artifacts.map(({ name }) => name))]);
    expect(view?.logs.slice(2)).toMatchObject(logs);
    expect(view?.logs).toHaveLength(4);
    for (const artifact of artifacts.slice(0, 5))
      expect(await store.findArtifact("try", "guid/0", artifact.name)).toEqual(artifact);
    const { blob } = (await store.findArtifact("try", "guid/0", JOB_INFO)) ?? {};
    expect(JSON.parse(blob ?? "")).toMatchObject({ job_details: [{ value: "1" }, { value: "2" }] });
  };
  await isWhole();
  const again = anArrival({ logs, extra: { artifacts } });
  expect(await store.storeSubmissions([again])).toEqual([{ kind: "stored" }]);
  await isWhole();
  await store.close();
});

it("a file of a newer version is not changed, and the error says what to do", async () => {
  leaveFile(steps.length);
  const db = openFile();
  db.exec(`PRAGMA user_version = ${steps.length + 1}`);
  db.close();
  const before = schemaOf();
  const opening = openSqliteStore(folder, 30);
  await expect(opening).rejects.toThrow(Misuse);
  await expect(opening).rejects.toThrow(
    `the store was written by a newer version (schema version ${steps.length + 1}, supported up to ${steps.length}): update pulse-ingest`,
  );
  expect(schemaOf()).toEqual(before);
});

it("if a newer version migrates the file while it is in use, the store is unavailable and writes nothing", async () => {
  const store = await openSqliteStore(folder, 30);
  const db = openFile();
  db.exec(`PRAGMA user_version = ${steps.length + 1}`);
  const storing = store.storeSubmissions([anArrival()]);
  await expect(storing).rejects.toThrow(Unavailable);
  await expect(storing).rejects.toThrow(
    `to schema version ${steps.length + 1} (this process uses ${steps.length}): restart this process`,
  );
  db.exec(`PRAGMA user_version = ${steps.length}`);
  db.close();
  expect(await store.findJob("try", "guid/0")).toBeNull();
  expect(await store.storeSubmissions([anArrival()])).toEqual([{ kind: "stored" }]);
  await store.close();
});

it("several processes can open a new file at the same time", async () => {
  const program = bundleProgram("doubles/open-store-once.mjs");
  const open = () => promisify(execFile)(process.execPath, [program, folder]);
  await Promise.all([open(), open(), open(), open()]);
  expect(schemaOf()).toMatchObject({ version: { user_version: steps.length } });
});

it("a connection that was open before another process migrated the file sees the new tables", async () => {
  leaveFile(1);
  const db = openFile();
  db.prepare("SELECT count(*) FROM artifacts").get();
  await (await openSqliteStore(folder, 30)).close();
  migrate(db);
  expect(() => db.prepare("INSERT INTO artifacts VALUES (?, ?, ?, ?, ?, ?)")).not.toThrow();
  db.close();
});
