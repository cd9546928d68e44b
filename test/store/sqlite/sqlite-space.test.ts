import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import Database from "libsql";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../../examples.ts";
import { removeExpired } from "../remove-expired.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "space-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MIB = 1024 ** 2;

/** Stores a job with a large artifact, and removes it again. */
async function storeAndRemove(store: Store, mebibytes: number): Promise<void> {
  const artifact = { name: "large", type: "text", blob: "x".repeat(mebibytes * MIB) };
  await store.storeSubmissions([anArrival({ extra: { artifacts: [artifact] } })]);
  const before = "2027-01-01T00:00:00.000Z";
  await removeExpired(store, { project: "try", finishedBefore: before, unfinishedBefore: before });
}

async function reclaimAll(store: Store): Promise<number> {
  let bytes = 0;
  for (let freed = await store.reclaimSpace(); freed > 0; freed = await store.reclaimSpace()) bytes += freed;
  return bytes;
}

/** The size of the file according to its header: the file itself is truncated when the write-ahead log is copied into it. */
function sizeOf(data: string): number {
  const db = new Database(join(data, "pulse-ingest.db"));
  const [row] = db
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()")
    .all() as [{ bytes: number }];
  db.close();
  return row.bytes;
}

it("a new file releases space gradually, until only a little is left, which new documents reuse", async () => {
  const store = await openSqliteStore(folder, 30);
  await storeAndRemove(store, 12);
  const before = sizeOf(folder);
  expect(before).toBeGreaterThan(12 * MIB);
  const freed = await reclaimAll(store);
  expect(freed).toBeGreaterThan(7 * MIB);
  expect(sizeOf(folder)).toBeLessThanOrEqual(before - freed);
  expect(sizeOf(folder)).toBeLessThan(5 * MIB);
  await storeAndRemove(store, 3);
  expect(sizeOf(folder)).toBeLessThan(5 * MIB);
  await store.close();
});

it("a file of an earlier version keeps its space, and reuses it", async () => {
  const data = join(folder, "earlier");
  mkdirSync(data);
  const db = new Database(join(data, "pulse-ingest.db"));
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x); DROP TABLE t");
  db.close();
  const store = await openSqliteStore(data, 30);
  await storeAndRemove(store, 12);
  const before = sizeOf(data);
  expect(await reclaimAll(store)).toBe(0);
  await storeAndRemove(store, 11);
  expect(sizeOf(data)).toBe(before);
  await store.close();
});
