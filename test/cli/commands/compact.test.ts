import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { runCli, runProcess } from "../run-cli.ts";

jest.setTimeout(180_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compact-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MIB = 1024 ** 2;

/** Creates a store's file as an earlier version left it, with much unused space. Returns the open database. */
function earlierFile(name: string): {
  readonly data: string;
  readonly file: string;
  readonly db: Database.Database;
} {
  const data = join(folder, name);
  mkdirSync(data);
  const file = join(data, "pulse-ingest.db");
  // No prepared statements are used, because they would keep the lock of a closed connection until they are garbage-collected.
  const db = new Database(file, { timeout: 0 });
  db.exec(
    "PRAGMA journal_mode = WAL; CREATE TABLE resultsets (id TEXT); INSERT INTO resultsets VALUES ('kept')",
  );
  db.exec(`CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob(${8 * MIB})); DROP TABLE filler`);
  return { data, file, db };
}

it("makes a file of an earlier version smaller, and able to release space; refuses while the file is in use", async () => {
  const { data, file, db } = earlierFile("data");
  const held = await runProcess(["compact"], { DATA_DIR: data });
  expect(held.stderr).toMatch(/^error: .*pulse-ingest\.db is in use: stop the workers/);
  expect(held.code).toBe(2);
  db.close();
  expect(statSync(file).size).toBeGreaterThan(8 * MIB);

  const { code, stdout } = await runProcess(["compact", "--json"], { DATA_DIR: data });
  const { size } = statSync(file);
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, store: file, bytes: size });
  expect(size).toBeLessThan(MIB);
  expect(readdirSync(data)).toEqual(["pulse-ingest.db"]);
  const plan = await runCli(["compact", "--dry-run", "--json"], { DATA_DIR: data });
  expect(JSON.parse(plan.stdout)).toMatchObject({ is_shrinkable: true, bytes: size });
});

it("says first what it would do, also while a worker runs", async () => {
  const { data, db } = earlierFile("in-use");
  const { code, stdout } = await runCli(["compact", "--dry-run"], { DATA_DIR: data });
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/of which 0\.0 MiB are used.*until it has been compacted once/s),
  ]);
  db.close();
});

it("includes in the size what a worker has written last and is not in the file itself yet", async () => {
  const { data, file, db } = earlierFile("unchecked");
  db.exec(
    `PRAGMA wal_autocheckpoint = 0; CREATE TABLE late (x); INSERT INTO late VALUES (zeroblob(${16 * MIB}))`,
  );
  expect(statSync(file).size).toBeLessThan(16 * MIB);
  const { stdout } = await runCli(["compact", "--dry-run", "--json"], { DATA_DIR: data });
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
  expect(JSON.parse(stdout)).toMatchObject({ bytes: statSync(file).size });
  expect(statSync(file).size).toBeGreaterThan(16 * MIB);
});

it.each([
  ["there is no store", {}, /^error: there is no store in .*; see DATA_DIR/],
  [
    "the store is on a server",
    { MONGODB_URL: "mongodb://h/db" },
    /^error: MONGODB_URL is set.*docs\/retention\.md/,
  ],
])("the command is refused if %s", async (_case, env, words) => {
  const { code, stderr } = await runCli(["compact"], { DATA_DIR: folder, ...env });
  expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
});

it("a file that is not a store is refused, and is not changed", async () => {
  const file = join(folder, "pulse-ingest.db");
  writeFileSync(file, "something else");
  const { code, stderr } = await runCli(["compact"], { DATA_DIR: folder });
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^error: the store .* cannot be read: file is not a/),
  ]);
  expect(readFileSync(file, "utf8")).toBe("something else");
});
