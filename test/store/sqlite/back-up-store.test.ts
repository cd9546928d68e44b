import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import type { Store } from "../../../src/store/ports/store.ts";
import { planBackup, writeBackup } from "../../../src/store/sqlite/back-up-store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { bundleProgram } from "../../bundle-program.ts";
import { runCli } from "../../cli/run-cli.ts";
import { anArrival } from "../../examples.ts";
import { killUnderWay } from "../../kill-under-way.ts";
import { copiesOf, fillStore } from "../copy-contract.ts";

jest.setTimeout(180_000);
const entry = new URL("../../../dist/backup-thread-entry.js", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "backup-"));
const data = join(folder, "data");
const backups = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith("b"))
    .toSorted();
let store: Store;

beforeAll(async () => {
  store = await openSqliteStore(data, 30);
  await fillStore(store);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Backs up into a file of the folder, and returns the jobs that were reported as written during the backup. */
async function backUp(name: string): Promise<number[]> {
  const seen: number[] = [];
  const plan = planBackup(data, join(folder, name));
  await writeBackup(plan, { entry, onProgress: (bytes) => seen.push(bytes) });
  return seen;
}

it("a restored backup contains everything, including what was written during the backup", async () => {
  const before = await copiesOf(store);
  await backUp("b1");
  await store.storeSubmissions([anArrival({ taskId: "later/0" })]);
  const restored = join(folder, "restored");
  await (await openSqliteStore(restored, 30)).close();
  // As docs/backup.md says: the old files are removed, and the backup is moved to their place.
  for (const name of readdirSync(restored)) rmSync(join(restored, name));
  writeFileSync(join(restored, "pulse-ingest.db"), readFileSync(join(folder, "b1")), { mode: 0o600 });
  const again = await openSqliteStore(restored, 30);
  expect(await copiesOf(again)).toEqual(before);
  expect(await again.storeSubmissions([anArrival({ taskId: "later/0" })])).toEqual([{ kind: "stored" }]);
  await again.close();
});

it("the file can be read only by its owner, whatever the mask, and replaces an earlier one that others could read", async () => {
  const mask = process.umask(0);
  writeFileSync(join(folder, "b2"), "an earlier file", { mode: 0o644 });
  chmodSync(join(folder, "b2"), 0o644);
  await backUp("b2");
  process.umask(mask);
  expect(statSync(join(folder, "b2")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, "b2")).subarray(0, 15).toString()).toBe("SQLite format 3");
});

it("a backup that is killed half-way leaves the earlier backup whole, and the next one removes what it left", async () => {
  // Large enough that the backup is still running when it is seen.
  for (let n = 0; n < 12; n++) {
    const artifact = { name: "large", type: "text", blob: "x".repeat(4 * 1024 ** 2) };
    await store.storeSubmissions([anArrival({ taskId: `large/${n}`, extra: { artifacts: [artifact] } })]);
  }
  await backUp("b3");
  let earlier = Buffer.alloc(0);
  const partOf = ({ pid }: ChildProcess): string => `b3.part-${pid}`;
  const program = bundleProgram("doubles/back-up.mjs");
  const child = await killUnderWay(
    () => {
      earlier = readFileSync(join(folder, "b3"));
      return spawn(process.execPath, [program, data, join(folder, "b3")], { stdio: "inherit" });
    },
    (each) => (statSync(join(folder, partOf(each)), { throwIfNoEntry: false })?.size ?? 0) > 0,
  );
  const part = partOf(child);
  for (const name of backups().filter((each) => each.startsWith(part))) {
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  }
  expect(readFileSync(join(folder, "b3")).equals(earlier)).toBe(true);

  // The file of a running process stays.
  const foreign = `b3.part-${process.ppid}`;
  writeFileSync(join(folder, foreign), "");
  await backUp("b3");
  expect(backups().filter((name) => name.startsWith("b3"))).toEqual(["b3", foreign]);
  expect(statSync(join(folder, "b3")).size).toBeGreaterThan(40 * 1024 ** 2);
});

it("a link stays, even a link to a file that does not exist yet", async () => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  symlinkSync(join("disk", "first"), join(folder, "newest"));
  symlinkSync("newest", join(folder, "latest"));
  for (const _ of ["the first backup", "the next one"]) {
    await backUp("latest");
    expect(lstatSync(join(folder, "latest")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, "newest")).isSymbolicLink()).toBe(true);
    expect(readdirSync(disk)).toEqual(["first"]);
  }
});

it("writes are not refused while a backup is made", async () => {
  let isOver = false;
  const backup = backUp("b4").then(() => {
    isOver = true;
  });
  let written = 0;
  while (!isOver) {
    expect(await store.storeSubmissions([anArrival({ taskId: `during/${written++}` })])).toEqual([
      { kind: "stored" },
    ]);
    await new Promise(setImmediate);
  }
  await backup;
  expect(written).toBeGreaterThan(2);
});

it("a file that cannot be a backup is refused before anything is written", async () => {
  symlinkSync(join(data, "pulse-ingest.db"), join(folder, "link"));
  symlinkSync(join(data, "pulse-ingest.db-journal"), join(folder, "link-to-none"));
  symlinkSync("circle", join(folder, "circle"));
  const cases: [string, string, RegExp][] = [
    [data, join(data, "pulse-ingest.db"), /belongs to the store itself/],
    [data, join(data, "pulse-ingest.db-wal"), /belongs to the store itself/],
    [data, join(folder, "link"), /belongs to the store itself/],
    [data, join(folder, "link-to-none"), /belongs to the store itself/],
    [data, join(folder, "circle"), /is a link that leads to itself/],
    [data, folder, /is not a file/],
    [data, "", /the name of the backup is empty/],
    [data, join(folder, "none", "b"), /the folder of .* does not exist/],
    [join(folder, "none"), join(folder, "b9"), /there is no store in .*; see DATA_DIR/],
  ];
  for (const [from, file, words] of cases) expect(() => planBackup(from, file)).toThrow(words);
  expect(backups()).not.toContain("b9");
});

it("a write error leaves nothing but the earlier backup", async () => {
  const plan = planBackup(data, join(folder, "b1"));
  const before = statSync(join(folder, "b1")).mtimeMs;
  const failing = writeBackup(
    { ...plan, store: join(folder, "missing", "x.db") },
    { entry, onProgress: () => undefined },
  );
  await expect(failing).rejects.toThrow(/./);
  expect(statSync(join(folder, "b1")).mtimeMs).toBe(before);
  expect(backups().filter((name) => name.startsWith("b1"))).toEqual(["b1"]);
});

it("the command says how large the backup would be, and for a database what to use instead", async () => {
  const dry = await runCli(["backup", join(folder, "b5"), "--dry-run", "--json"], { DATA_DIR: data });
  expect(JSON.parse(dry.stdout)).toMatchObject({ file: join(folder, "b5"), bytes: expect.any(Number) });
  expect(backups()).not.toContain("b5");
  const refused = await runCli(["backup", "x"], { MONGODB_URL: "mongodb://h/x" });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("mongodump") });
});
