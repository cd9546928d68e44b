import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import Database from "libsql";
import { numberOf } from "../../src/domain/document-numbers.ts";
import { defaultStoreLimits } from "../../src/store/rules/store-limits.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../examples.ts";
import type { Database as EmptyDatabase } from "./empty-store.ts";
import { storeContract } from "./store-contract.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "sqlite-store-"));

/** A store as a worker creates it. Each test of the contract begins with a copy, which takes a quarter of the time. */
const template = newFolder();
beforeAll(async () => (await openSqliteStore(template, 30)).close());
afterAll(() => rmSync(template, { recursive: true }));

async function openEmpty(): Promise<EmptyDatabase> {
  const folder = newFolder();
  copyFileSync(join(template, "pulse-ingest.db"), join(folder, "pulse-ingest.db"));
  return {
    open: (limits) => openSqliteStore(folder, 30, { ...defaultStoreLimits, ...limits }),
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

storeContract("sqlite", openEmpty, { orders: 60, mutants: 500 });

it("a file that is not a database causes an error that says what to do", async () => {
  const folder = newFolder();
  writeFileSync(
    join(folder, "pulse-ingest.db"),
    "not a database, but long enough to be looked at ".repeat(30),
  );
  await expect(openSqliteStore(folder, 30)).rejects.toThrow(/cannot be opened: .*DATA_DIR/);
  rmSync(folder, { recursive: true });
});

it("a job or push whose number is taken gets the next one", async () => {
  const folder = newFolder();
  const store = await openSqliteStore(folder, 30);
  await store.storeSubmissions([anArrival({ taskId: "other/0" })]);
  const db = new Database(join(folder, "pulse-ingest.db"));
  const [job, push] = [numberOf("try/guid%2F0"), numberOf("try/bbbbbbbbbbbb")];
  db.exec(`UPDATE jobs SET rest_id = ${job}; UPDATE resultsets SET rest_id = ${push}`);
  db.close();
  const origin = { kind: "hg.mozilla.org", project: "try", revision: "b".repeat(40) };
  await store.storeSubmissions([anArrival({ origin, state: "running" }), anArrival({ origin })]);
  expect((await store.findJob("try", "guid/0"))?.job.rest_id).toBe(job + 1);
  expect((await store.findResultSet("try", "b".repeat(40)))?.rest_id).toBe(push + 1);
  await store.close();
  rmSync(folder, { recursive: true });
});

it.each([0, 5])(
  "another program's database (form %i) causes an error that says what to do, and is not changed",
  async (form) => {
    const folder = newFolder();
    const db = new Database(join(folder, "pulse-ingest.db"));
    db.exec(`CREATE TABLE jobs (id INTEGER); PRAGMA user_version = ${form}`);
    await expect(openSqliteStore(folder, 30)).rejects.toThrow(
      /cannot be opened: it is another program's database; set DATA_DIR to another folder$/,
    );
    expect(db.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "jobs" }]);
    db.close();
    rmSync(folder, { recursive: true });
  },
);

it.each([
  ["cannot be created", "/proc/none/data", "ENOENT"],
  ["does not accept files", "/proc", "no file can be created or opened there"],
])("a folder that %s causes an error that says what to do", async (_case, folder, words) => {
  await expect(openSqliteStore(folder, 30)).rejects.toThrow(
    new RegExp(
      `^the store ${folder}/pulse-ingest.db cannot be opened: ${words}.*; set DATA_DIR to another folder$`,
    ),
  );
});

it("the write-ahead log grows during a long read, and is truncated afterwards", async () => {
  const folder = newFolder();
  const logMib = (): number => statSync(join(folder, "pulse-ingest.db-wal")).size / 1024 ** 2;
  const store = await openSqliteStore(folder, 30);
  let count = 0;
  const storeMib = async (mib: number): Promise<void> => {
    for (let at = 0; at < mib; at++) {
      const artifact = { name: "large", type: "text", blob: "x".repeat(1024 ** 2) };
      await store.storeSubmissions([
        anArrival({ taskId: `guid/${count++}`, extra: { artifacts: [artifact] } }),
      ]);
    }
  };
  await storeMib(24);
  expect(logMib()).toBeLessThan(20);
  const reader = new Database(join(folder, "pulse-ingest.db"));
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM jobs").get();
  await storeMib(24);
  expect(logMib()).toBeGreaterThan(30);
  reader.exec("COMMIT");
  await storeMib(24);
  expect(logMib()).toBeLessThan(20);
  reader.close();
  await store.close();
  rmSync(folder, { recursive: true });
}, 180_000);
