import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { Unavailable } from "../../../src/domain/faults.ts";
import { openStoreDatabase } from "../../../src/store/sqlite/sqlite-database.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../../examples.ts";

it("if the file is damaged while it is in use, the store counts as unavailable, so that jobs in progress wait", async () => {
  const folder = mkdtempSync(join(tmpdir(), "damaged-"));
  const store = await openSqliteStore(folder, 30);
  const other = openStoreDatabase(join(folder, "pulse-ingest.db"));
  await store.storeSubmissions([anArrival()]);
  // After that, all data is in the file itself, and the next call reads it from there.
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const path = join(folder, "pulse-ingest.db");
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(readFileSync(path).length - 4096, 0x55), 0, undefined, 4096);
  closeSync(file);
  expect(() => other.prepare("SELECT * FROM jobs").all()).toThrow(/malformed/);
  other.close();
  const storing = async (): Promise<void> => {
    for (let n = 0; n < 50; n++) await store.storeSubmissions([anArrival({ taskId: `x/${n}` })]);
  };
  await expect(storing()).rejects.toBeInstanceOf(Unavailable);
  await store.close();
  rmSync(folder, { recursive: true });
});
