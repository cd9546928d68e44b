import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import Database from "libsql";
import { Unavailable } from "../../../src/domain/faults.ts";
import { keepOpen } from "../../../src/store/calls/keep-open.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { anArrival } from "../../examples.ts";
import { until } from "../../until.ts";

const ignored = (): void => undefined;
const log = { error: ignored, warn: ignored, info: ignored, debug: ignored };

function withDatabase(file: string, work: (db: Database.Database) => void): void {
  const db = new Database(file);
  try {
    work(db);
  } finally {
    db.close();
  }
}

describe("the open file of an embedded store", () => {
  let folder: string;
  let aside: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "in-place-"));
    aside = join(folder, "aside");
    mkdirSync(aside);
    const opened = await keepOpen({
      readAddress: async () => null,
      open: (mongodbUrl, onStuck) =>
        openStore({ mongodbUrl, dataDir: folder, rejectionTtlDays: 30, onStuck }),
      patienceMs: null,
      stop: new AbortController().signal,
      log,
    });
    if (opened === null) throw new Error("the store is not open");
    store = opened;
    await write("before");
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string) => store.storeSubmissions([anArrival({ taskId: `${name}/0` })]);
  const hasJob = async (name: string): Promise<boolean> => (await store.findJob("try", `${name}/0`)) !== null;

  const isWritten = (name: string): Promise<boolean> =>
    write(name).then(
      () => true,
      () => false,
    );

  function move(from: string, to: string): void {
    for (const name of readdirSync(from).filter((each) => each.startsWith("pulse-ingest.db"))) {
      renameSync(join(from, name), join(to, name));
    }
  }

  it("accepts no writes after it was deleted, because nobody would find them after the next start", async () => {
    rmSync(join(folder, "pulse-ingest.db"));
    await expect(write("lost")).rejects.toThrow(Unavailable);
    await expect(write("lost")).rejects.toThrow(
      /pulse-ingest\.db was deleted or moved while it was in use: put it/,
    );
    await expect(store.ping()).rejects.toThrow(Unavailable);
  });

  it("accepts no writes while it is elsewhere, and continues when it is back", async () => {
    move(folder, aside);
    await expect(write("meanwhile")).rejects.toThrow(/was deleted or moved/);
    move(aside, folder);
    await write("after");
    expect(await Promise.all(["before", "meanwhile", "after"].map(hasJob))).toEqual([true, false, true]);
  });

  it("contains everything that was written before it was moved, although its write-ahead log stayed", async () => {
    renameSync(join(folder, "pulse-ingest.db"), join(aside, "pulse-ingest.db"));
    await expect(write("lost")).rejects.toThrow(/was deleted or moved/);
    const moved = await openSqliteStore(aside, 30);
    expect(await moved.findJob("try", "before/0")).not.toBeNull();
    await moved.close();
  });

  it.each([
    ["alone", ignored],
    [
      "and a command has created an empty one",
      (file: string): void => {
        expect(() => withDatabase(file, (db) => db.prepare("SELECT * FROM jobs").all())).toThrow("disk I/O");
      },
    ],
  ])(
    "accepts no writes after its write-ahead log was deleted, and keeps everything from before: %s",
    async (_, meanwhile) => {
      const [file, copy] = [join(folder, "pulse-ingest.db"), mkdtempSync(join(aside, "copy-"))];
      rmSync(`${file}-wal`);
      meanwhile(file);
      await expect(write("lost")).rejects.toThrow(
        /-wal was deleted or moved while it was in use: restart all/,
      );
      await expect(store.ping()).rejects.toThrow(Unavailable);
      // As if the process were killed now.
      copyFileSync(file, join(copy, "pulse-ingest.db"));
      const restarted = await openSqliteStore(copy, 30);
      expect(await restarted.findJob("try", "before/0")).not.toBeNull();
      await restarted.close();
    },
  );

  it("is closed in favour of another file that has taken its place, such as a backup", async () => {
    move(folder, aside);
    const other = await openSqliteStore(folder, 30);
    await other.storeSubmissions([anArrival({ taskId: "restored/0" })]);
    await expect(write("meanwhile")).rejects.toThrow(
      /another file has taken the place of .*pulse-ingest\.db/,
    );
    await until(() => isWritten("after"), "the other file is open");
    await other.close();
    const names = ["before", "restored", "meanwhile", "after"];
    expect(await Promise.all(names.map(hasJob))).toEqual([false, true, false, true]);
  });

  it("leaves no write-ahead log behind, which would damage the file that has taken its place", async () => {
    const [file, backup] = [join(folder, "pulse-ingest.db"), join(folder, "backup")];
    // More than a page of jobs, so that the log and the backup do not fit together.
    const names = Array.from({ length: 50 }, (_, at) => `later${at}`);
    withDatabase(file, (db) => db.exec(`VACUUM INTO '${backup}'`));
    for (const name of names) await write(name);
    renameSync(file, join(aside, "pulse-ingest.db"));
    renameSync(backup, file);

    await until(() => isWritten("after"), "the other file is open");
    expect(await Promise.all(["before", "later0", "after"].map(hasJob))).toEqual([true, false, true]);
    withDatabase(file, (db) => {
      expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    });
    const old = await openSqliteStore(aside, 30);
    const found = await Promise.all(names.map((name) => old.findJob("try", `${name}/0`)));
    await old.close();
    expect(found).not.toContain(null);
  });
});
