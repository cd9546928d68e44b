import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import Database from "libsql";
import { readSettings } from "../../src/config/read-settings.ts";
import { settingNames } from "../../src/config/settings.ts";
import { closeDataToOthers } from "../../src/disk/private-files.ts";
import { openSuspectsNote } from "../../src/ingest/suspects/suspects-note.ts";
import { openSpool } from "../../src/spool/open-spool.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/ports/store.ts";
import { closeStorageToOthers, openSpoolOf } from "../../src/worker/open-storage.ts";
import { aDelivery, anArrival } from "../examples.ts";
import { WorkerProcess } from "../servers/worker-process.ts";

let folder: string;
let umask: number;
let told: object[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "private-files-"));
  // The most permissive umask, so that only our own code removes permissions.
  umask = process.umask(0);
  told = [];
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

const tell = (event: string, fields = {}): void => void told.push({ event, ...fields });
const log = { error: tell, warn: tell, info: tell, debug: tell };

/** Returns the mode of a folder and of everything in it, e.g. `{ data: "700" }`. */
function modes(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  const paths = [path, ...names.map((name) => join(path, name))];
  return Object.fromEntries(
    paths.map((each) => [relative(folder, each), (statSync(each).mode & 0o777).toString(8)]),
  );
}

const dataDir = () => join(folder, "above", "data");

describe("files in DATA_DIR are created for the owner alone:", () => {
  it("the embedded store with its side files", async () => {
    const store = await openStore({ mongodbUrl: null, dataDir: dataDir(), rejectionTtlDays: 30 });
    await store.storeSubmissions([anArrival()]);
    const seen = modes(dataDir());
    await store.close();
    expect(seen).toEqual({
      "above/data": "700",
      "above/data/pulse-ingest.db": "600",
      "above/data/pulse-ingest.db-wal": "600",
      "above/data/pulse-ingest.db-shm": "600",
    });
    expect(modes(folder)["above"]).toBe("700");
  });

  it("the spool, with damaged rows and files that are set aside", () => {
    const settings = readSettings(
      { AMQP_URL: "amqp://guest:guest@localhost", MONGODB_URL: "mongodb://h/x", DATA_DIR: dataDir() },
      settingNames,
    );
    const spool = openSpoolOf(settings, log);
    if (spool === null) throw new Error("there is one");
    spool.append([{ delivery: aDelivery({}), jobs: 1 }]);
    const path = join(dataDir(), "spool");
    const [name = ""] = readdirSync(path);
    expect(modes(dataDir())).toEqual({
      "above/data": "700",
      "above/data/spool": "700",
      [`above/data/spool/${name}`]: "600",
      [`above/data/spool/${name}-wal`]: "600",
    });
    spool.close();
    const db = new Database(join(path, name));
    db.exec("UPDATE deliveries SET exchange = NULL WHERE 0; UPDATE deliveries SET oversize = 'no JSON'");
    db.close();
    writeFileSync(join(path, "broken.db"), "this is not a database, but long enough to be one");
    const next = openSpool({ folder: path, maxBytes: 1e6, log });
    expect(next.front({ maxItems: 10, maxBytes: 1e6 })).toBeNull();
    const made = modes(path);
    next.close();
    const names = Object.keys(made).join();
    expect(names).toMatch(/\.damaged-rows/);
    expect(names).toMatch(/\.corrupt-/);
    expect(new Set(Object.values(made))).toEqual(new Set(["700", "600"]));
  });

  it("the note of suspects", () => {
    openSuspectsNote(dataDir(), log).keep(["a"]);
    expect(Object.values(modes(dataDir()))).toEqual(["700", "600"]);
  });
});

describe("permissions of files of an earlier version are restricted", () => {
  const databases = ["pulse-ingest.db", "pulse-ingest.db-wal", "pulse-ingest.db-shm"];
  const others = ["innocent-suspects-x.json", "spool/a.db", "spool/a.db.damaged-rows"];
  const open = () => openStore({ mongodbUrl: null, dataDir: dataDir(), rejectionTtlDays: 30 });
  let store: Store;
  beforeEach(async () => {
    mkdirSync(join(dataDir(), "spool"), { recursive: true });
    store = await open();
    for (const name of databases) chmodSync(join(dataDir(), name), 0o644);
    for (const name of [...others, "somebody-elses"]) writeFileSync(join(dataDir(), name), "");
  });
  afterEach(() => store.close());

  it("when a worker starts; an existing folder, and unrelated files, are not changed", () => {
    closeStorageToOthers({ DATA_DIR: dataDir() }, log);
    expect(told).toEqual([]);
    const seen = modes(dataDir());
    for (const name of [...databases, ...others])
      expect([name, seen[`above/data/${name}`]]).toEqual([name, "600"]);
    expect(seen).toMatchObject({
      "above/data": "777",
      "above/data/spool": "700",
      "above/data/somebody-elses": "666",
    });
  });

  it("when any command opens the store, even if another process has it open", async () => {
    const second = await open();
    const seen = modes(dataDir());
    await second.close();
    for (const name of databases) expect([name, seen[`above/data/${name}`]]).toEqual([name, "600"]);
  });

  it("and if that is not possible, the paths are reported and nothing fails", () => {
    // Nobody can change the modes of a process's files in /proc.
    const stubborn = join(dataDir(), "spool", "b.db");
    symlinkSync("/proc/self/stat", stubborn);
    closeStorageToOthers({ DATA_DIR: dataDir() }, log);
    expect(told).toEqual([
      { event: "files_open_to_others", files: [stubborn], hint: expect.stringContaining("mode 0600") },
    ]);
  });
});

it("by a worker when it starts, whatever its broker does", async () => {
  const old = join(folder, "innocent-suspects-x.json");
  writeFileSync(old, "[]");
  writeFileSync(
    join(folder, "exchanges.yml"),
    "exchanges: [{exchange: e, destinations: [t], projects: [try]}]\n",
  );
  const worker = new WorkerProcess({
    AMQP_URL: "amqp://guest:guest@127.0.0.1:1",
    AMQP_URL_FILE: "",
    MONGODB_URL: "",
    MONGODB_URL_FILE: "",
    REGISTRY_FILE: join(folder, "exchanges.yml"),
    DATA_DIR: folder,
  });
  await worker.untilEvent("started");
  const seen = modes(folder);
  await worker.kill();
  for (const name of [
    "innocent-suspects-x.json",
    "pulse-ingest.db",
    "pulse-ingest.db-wal",
    "pulse-ingest.db-shm",
  ])
    expect([name, seen[name]]).toEqual([name, "600"]);
}, 180_000);

it("and in a new folder nothing is open to others", () => {
  expect(closeDataToOthers(join(folder, "nowhere"))).toEqual([]);
});
