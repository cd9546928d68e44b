import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import { runProcess } from "../run-cli.ts";

jest.setTimeout(60_000);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compact-"));
  file = join(folder, "pulse-ingest.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const MIB = 1024 ** 2;
// A process of its own each time: within one process, a closed connection keeps its lock until its statements are collected.
const run = (...args: string[]) => runProcess(["compact", ...args], { DATA_DIR: folder });

it("makes a file of an earlier version smaller, and able to give space back; but not while it is in use", async () => {
  const db = new Database(file, { timeout: 0 });
  db.exec(
    "PRAGMA journal_mode = WAL; CREATE TABLE resultsets (id TEXT); INSERT INTO resultsets VALUES ('kept')",
  );
  db.exec(`CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob(${8 * MIB})); DROP TABLE filler`);
  const dry = await run("--dry-run");
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("until it has been compacted once") });
  const held = await run();
  expect(held.stderr).toMatch(/^error: .*pulse-ingest\.db is in use: stop the workers/);
  expect(held.code).toBe(2);
  db.close();
  expect(statSync(file).size).toBeGreaterThan(8 * MIB);

  const { code, stdout } = await run("--json");
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, store: file, bytes: statSync(file).size });
  expect(statSync(file).size).toBeLessThan(MIB);
  expect(readdirSync(folder)).toEqual(["pulse-ingest.db"]);
  const plan = JSON.parse((await run("--dry-run", "--json")).stdout);
  expect(plan).toMatchObject({ is_shrinkable: true, bytes: statSync(file).size });
});

it.each([
  ["there is no store", {}, /^error: there is no store in .*; see DATA_DIR/],
  [
    "the store is on a server",
    { MONGODB_URL: "mongodb://h/db" },
    /^error: MONGODB_URL is set.*docs\/retention\.md/,
  ],
])("is refused if %s", async (_case, env, words) => {
  const { code, stderr } = await runProcess(["compact"], { DATA_DIR: folder, ...env });
  expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
});
