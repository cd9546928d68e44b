import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import Database from "libsql";
import type { Delivery } from "../../src/domain/delivery.ts";
import { Unavailable } from "../../src/domain/faults.ts";
import { openSpool, type Spool } from "../../src/spool/open-spool.ts";
import { SpoolCorrupt, SpoolHeld } from "../../src/spool/spool-database.ts";
import { SpoolFile } from "../../src/spool/spool-file.ts";
import type { SpoolEntry } from "../../src/spool/spool-row.ts";
import { bundleProgram } from "../bundle-program.ts";

jest.setTimeout(180_000);
const appender = bundleProgram("doubles/spool-appender.mjs");
const opener = bundleProgram("doubles/spool-opener.mjs");
const taker = bundleProgram("doubles/spool-taker.mjs");
const all = { maxItems: 1_000_000, maxBytes: 1e9 };

let folder: string;
let events: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noted = (event: string) => void events.push(event);
const log = { error: noted, warn: noted, info: noted, debug: noted };
const open = (maxBytes = 1e9): Spool => openSpool({ folder, maxBytes, log });

function delivery(id: number, given: Partial<Delivery> = {}): Delivery {
  const route = { exchange: "exchange/a/jobs", routingKey: "x.try", redelivered: false, receivedAtMs: id };
  return { ...route, body: Buffer.from(JSON.stringify({ id })), oversize: null, ...given };
}
const entry = (id: number, given: Partial<Delivery> = {}, jobs = 1): SpoolEntry => ({
  delivery: delivery(id, given),
  jobs,
});
const ids = (spool: Spool, limits = all): number[] =>
  (spool.front(limits)?.deliveries ?? []).map(({ delivery }) => delivery.receivedAtMs);

/** Runs a worker that appends some deliveries, begins to drain some of them, and is then killed. */
async function killedTaker(append: number, take: number): Promise<void> {
  const args = [taker, folder, String(append), String(take)];
  await once(spawn(process.execPath, args, { stdio: "inherit" }), "close");
}

/** Opens a file that must not contain damaged rows. */
const fileAt = (path: string): SpoolFile =>
  new SpoolFile(path, ({ reason }) => {
    throw new Error(reason);
  });

/** Removes everything from the spool, and returns the numbers of the deliveries in order. */
function drained(spool: Spool): number[] {
  const found: number[] = [];
  for (let front = spool.front(all); front !== null; front = spool.front(all)) {
    found.push(...front.deliveries.map(({ delivery }) => delivery.receivedAtMs));
    front.remove(front.deliveries);
  }
  return found;
}

/** Runs a process that appends to a full disk, and returns what it wrote to stderr. */
async function fullDiskAppender(): Promise<string> {
  const command = `ulimit -f 0; exec "${process.execPath}" "${appender}" "${folder}"`;
  const child = spawn("bash", ["-c", command], { stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  child.stderr.on("data", (chunk) => {
    told += chunk;
  });
  await once(child, "close");
  return told;
}

/** Runs a process that appends, and kills it after some reports. Returns the last number that it reported. */
async function killedAppender(first: number, reports: number): Promise<number> {
  const child = spawn(process.execPath, [appender, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let last = -1;
  let seen = 0;
  createInterface(child.stdout).on("line", (line) => {
    last = Number(line);
    if (++seen === reports) child.kill("SIGKILL");
  });
  await once(child, "close");
  return last;
}

describe("a spool", () => {
  it("returns unchanged deliveries, in order, until they are removed", () => {
    const spool = open();
    const oversize = { bytes: 5e6, sha256: "ab", limitBytes: 1e6 };
    spool.append([entry(1), entry(2, { body: Buffer.from([0, 255, 254]), oversize }, 1)]);
    const properties = { content_encoding: "latin-1", compression: "application/x-gzip" };
    spool.append([entry(3, { redelivered: true, properties })]);
    const front = spool.front(all);
    expect(front?.deliveries.map(({ delivery }) => delivery)).toEqual([
      delivery(1),
      delivery(2, { body: Buffer.from([0, 255, 254]), oversize }),
      delivery(3, { redelivered: true, properties }),
    ]);
    expect(front?.deliveries.map(({ isSuspect }) => isSuspect)).toEqual([false, false, true]);
    expect(ids(spool)).toEqual([1, 2, 3]);
    front?.remove(front.deliveries.slice(0, 2));
    expect(ids(spool)).toEqual([3]);
    spool.close();
  });

  it("returns the deliveries of an earlier version, which stored no properties", () => {
    const db = new Database(join(folder, "left.db"));
    db.exec(`CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
        redelivered INTEGER NOT NULL, received_at_ms INTEGER NOT NULL, body BLOB NOT NULL, oversize TEXT,
        jobs INTEGER NOT NULL);
      INSERT INTO deliveries VALUES (1, 'exchange/a/jobs', 'x.try', 0, 7, CAST('{"id":7}' AS BLOB), NULL, 1)`);
    db.close();
    const spool = open();
    spool.append([entry(8, { properties: { content_encoding: "gzip" } })]);
    expect(spool.front(all)?.deliveries.map((each) => each.delivery)).toEqual([delivery(7)]);
    expect(drained(spool)).toEqual([7, 8]);
    expect(events).toEqual(["spool_taken_over"]);
    spool.close();
  });

  it("limits the front by number and by bytes, but always returns at least one delivery", () => {
    const spool = open();
    spool.append([entry(1, { body: Buffer.alloc(500) }), entry(2, { body: Buffer.alloc(10) }), entry(3)]);
    expect(ids(spool, { maxItems: 2, maxBytes: 1e6 })).toEqual([1, 2]);
    expect(ids(spool, { maxItems: 9, maxBytes: 100 })).toEqual([1]);
    expect(ids(spool, { maxItems: 9, maxBytes: 510 })).toEqual([1, 2]);
    spool.close();
  });

  it("counts jobs and bytes, and reports the age of the oldest delivery, until it is empty again", () => {
    const spool = open();
    expect(spool.load).toEqual({ deliveries: 0, jobs: 0, bytes: 0 });
    expect(spool.oldestAtMs()).toBeNull();
    spool.append([entry(7, {}, 4), entry(8, {}, 2)]);
    expect(spool.load).toMatchObject({ deliveries: 2, jobs: 6 });
    expect(spool.load.bytes).toBeGreaterThan(2 * delivery(7).body.length);
    expect(spool.oldestAtMs()).toBe(7);
    expect(drained(spool)).toEqual([7, 8]);
    expect(spool.load).toEqual({ deliveries: 0, jobs: 0, bytes: 0 });
    spool.close();
  });

  it("refuses a whole batch that exceeds its limit, and accepts it when there is room", () => {
    const spool = open(1000);
    spool.append([entry(1, { body: Buffer.alloc(600) })]);
    const more = [entry(2), entry(3, { body: Buffer.alloc(400) })];
    expect(() => spool.append(more)).toThrow(Unavailable);
    expect(drained(spool)).toEqual([1]);
    spool.append(more);
    expect(drained(spool)).toEqual([2, 3]);
    spool.close();
  });

  it("shrinks its file after a long outage, and deletes it if it is empty at the end", () => {
    const spool = open();
    for (let n = 0; n < 80; n++) spool.append([entry(n, { body: Buffer.alloc(1024 * 1024, n) })]);
    expect(drained(spool)).toHaveLength(80);
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(Math.max(...sizes)).toBeLessThan(20 * 1024 * 1024);
    spool.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a worker that is killed while it appends", () => {
  it("loses no delivery that it reported, and the next worker takes all of them over in order", async () => {
    const reported: number[] = [];
    for (let round = 0; round < 3; round++)
      reported.push(await killedAppender(round * 1_000_000, 5 + 20 * round));
    const spool = open();
    const found = drained(spool);
    expect([...found].sort((a, b) => a - b)).toEqual(found);
    const kept = new Set(found);
    for (const [round, last] of reported.entries()) {
      for (let n = round * 1_000_000; n <= last; n++) expect(kept).toContain(n);
    }
    // A batch is stored as a whole or not at all.
    expect(found.length % 3).toBe(0);
    spool.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a spool's file", () => {
  it("is not left behind if the disk is too full to write its first page", async () => {
    expect(await fullDiskAppender()).toContain("Unavailable");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is not taken over from a worker that is alive", async () => {
    const child = spawn(process.execPath, [appender, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".db"));
    expect(() => fileAt(join(folder, file))).toThrow(SpoolHeld);
    const spool = open();
    expect(spool.load.deliveries).toBe(0);
    spool.append([entry(5)]);
    expect(drained(spool)).toEqual([5]);
    spool.close();
    expect(readdirSync(folder)).toContain(file);
    child.stdout.resume();
    child.kill("SIGKILL");
    await once(child, "close");
  });

  it("is taken over by one of two workers that start at the same moment", async () => {
    // SQLite may refuse a lock to both of two processes that request it at the same time. This happens with a few of a hundred files.
    const files = 100;
    for (let n = 0; n < files; n++) {
      const file = fileAt(join(folder, `${n}.db`));
      file.append([entry(n)]);
      file.close();
    }
    const atMs = String(Date.now() + 1500);
    const workers = [1, 2].map(() =>
      spawn(process.execPath, [opener, folder, atMs], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    const reports = await Promise.all(workers.map(({ stdout }) => once(stdout, "data")));
    const taken = reports.map(([line]) => Number(line));
    for (const worker of workers) worker.kill("SIGKILL");
    expect(taken.reduce((sum, count) => sum + count)).toBe(files);
  });

  it("is taken over without suspects after its worker has stopped normally", () => {
    const before = open();
    before.append([entry(1, {}, 5), entry(2), entry(3, { redelivered: true })]);
    before.front({ maxItems: 2, maxBytes: 1e6 });
    before.close();
    const spool = open();
    const found = spool.front(all)?.deliveries ?? [];
    expect(found.map(({ isSuspect }) => isSuspect)).toEqual([false, false, true]);
    // This worker does not know how many jobs the other one counted, so each delivery counts as one job.
    expect(spool.load).toMatchObject({ deliveries: 3, jobs: 3 });
    spool.close();
  });

  it("keeps as suspects the deliveries that were in progress when a worker died, even if the next worker dies too", async () => {
    const suspects = (spool: Spool) => spool.front(all)?.deliveries.map(({ isSuspect }) => isSuspect);
    await killedTaker(4, 2);
    await killedTaker(0, 1);
    const spool = open();
    expect(suspects(spool)).toEqual([true, true, false, false]);
    spool.close();
    const last = open();
    expect(suspects(last)).toEqual([true, true, false, false]);
    last.close();
  });

  it("is set aside, not deleted, if it is not a database; other files are taken over", () => {
    writeFileSync(join(folder, "bad.db"), "not a database ".repeat(1000));
    const left = fileAt(join(folder, "good.db"));
    left.append([entry(1)]);
    left.close();
    const spool = open();
    expect(drained(spool)).toEqual([1]);
    spool.close();
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^bad\.db\.corrupt-/)]);
    expect(events).toContain("spool_corrupt");
  });

  it("is set aside when damage in its middle is found, and the spool continues without it", () => {
    const path = join(folder, "left.db");
    const left = fileAt(path);
    left.append(Array.from({ length: 200 }, (_, n) => entry(n, { body: Buffer.alloc(2000, 1) })));
    left.close();
    const wreck = Buffer.alloc(100 * 4096, 0xa5);
    writeFileSync(path, wreck, { flag: "r+" });
    const spool = open();
    expect(drained(spool)).toEqual([]);
    spool.append([entry(300)]);
    expect(drained(spool)).toEqual([300]);
    spool.close();
    expect(events).toContain("spool_corrupt");
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^left\.db\.corrupt-/)]);
  });

  it("keeps nothing and blames the disk if a new file is corrupt too, and works again after that", () => {
    const spool = open();
    spool.append([entry(1)]);
    const append = jest.spyOn(SpoolFile.prototype, "append").mockImplementation(() => {
      throw new SpoolCorrupt("database disk image is malformed");
    });
    try {
      expect(() => spool.append([entry(2)])).toThrow(Unavailable);
    } finally {
      append.mockRestore();
    }
    expect(events).toEqual(["spool_corrupt", "spool_corrupt"]);
    const exec = jest.spyOn(Database.prototype, "exec").mockImplementation(() => {
      throw Object.assign(new Error("database disk image is malformed"), { code: "SQLITE_CORRUPT" });
    });
    try {
      expect(() => spool.append([entry(2)])).toThrow(Unavailable);
    } finally {
      exec.mockRestore();
    }
    spool.append([entry(3)]);
    expect(ids(spool)).toEqual([3]);
    spool.close();
  });

  it.each<[string, string, string]>([
    ["oversize", "'{'", "{"],
    ["oversize", `'{"bytes": 1}'`, '{"bytes": 1}'],
    ["oversize", "x'ff'", "base64"],
    ["oversize", "CAST(x'ff' AS TEXT)", "base64"],
    ["properties", `'{"compression": 1}'`, '{"compression": 1}'],
    ["body", "7", "7"],
    ["received_at_ms", "'now'", "now"],
    ["received_at_ms", "9e99", "9e+99"],
    ["exchange", "CAST(x'ff' AS TEXT)", "base64"],
    ["routing_key", "x'ff'", "base64"],
    ["redelivered", "'often'", "often"],
    ["jobs", "-1.5", "-1.5"],
  ])(
    "returns the other rows in order if the %s of a row is damaged (%s), and the damaged row is kept elsewhere",
    (column, sql, kept) => {
      const path = join(folder, "left.db");
      const left = fileAt(path);
      left.append([entry(1), entry(2), entry(3)]);
      left.close();
      const db = new Database(path);
      db.exec(`UPDATE deliveries SET ${column} = ${sql} WHERE seq IN (1, 2)`);
      db.close();
      const spool = open();
      expect(ids(spool, { maxItems: 1, maxBytes: 1e9 })).toEqual([3]);
      expect(spool.load).toEqual({ deliveries: 1, jobs: 1, bytes: expect.any(Number) });
      expect(drained(spool)).toEqual([3]);
      expect(spool.load).toEqual({ deliveries: 0, jobs: 0, bytes: 0 });
      spool.close();
      const aside = `${path}.damaged-rows`;
      const rows = readFileSync(aside, "utf8").trim().split("\n");
      for (const [index, text] of rows.entries()) {
        const row = JSON.parse(text) as Record<string, unknown>;
        expect(row).toMatchObject({ seq: index + 1, reason: expect.stringContaining(column) });
        expect(JSON.stringify(row[column])).toContain(JSON.stringify(kept).slice(1, -1));
        if (column !== "body") expect(row["body"]).toBe(delivery(index + 1).body.toString());
      }
      expect(rows).toHaveLength(2);
      expect(events.filter((event) => event === "spool_row_damaged")).toHaveLength(2);
      expect(events).not.toContain("spool_corrupt");
      expect(readdirSync(folder)).toEqual(["left.db.damaged-rows"]);
    },
  );

  it("can be closed if its empty file cannot be deleted", () => {
    const spool = open();
    spool.append([entry(1)]);
    expect(drained(spool)).toEqual([1]);
    const [name = ""] = readdirSync(folder);
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    expect(() => spool.close()).not.toThrow();
  });

  describe("whose file is deleted while it is in use", () => {
    function deleteFiles(): void {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    }

    it("appends to another file, and leaves all deliveries to the next worker", () => {
      const spool = open();
      spool.append([entry(1), entry(2)]);
      const front = spool.front({ maxItems: 1, maxBytes: 1 });
      deleteFiles();
      spool.append([entry(3)]);
      front?.remove(front.deliveries);
      spool.append([entry(4)]);
      expect(spool.load.deliveries).toBe(3);
      expect(events).toEqual(["spool_file_gone"]);
      spool.close();
      const next = open();
      expect(drained(next).toSorted()).toEqual([2, 3, 4]);
      next.close();
      expect(readdirSync(folder)).toEqual([]);
    });

    it("leaves all deliveries to the next worker, even if it is only closed afterwards", () => {
      const spool = open();
      spool.append([entry(1), entry(2)]);
      deleteFiles();
      spool.close();
      expect(drained(open())).toEqual([1, 2]);
    });

    it("continues to drain the file, and forgets it once it is empty", () => {
      const spool = open();
      spool.append([entry(1)]);
      deleteFiles();
      spool.append([entry(2)]);
      expect(drained(spool)).toEqual([1, 2]);
      deleteFiles();
      spool.append([entry(3)]);
      expect(drained(spool)).toEqual([3]);
      spool.close();
      expect(readdirSync(folder)).toEqual([]);
    });

    it("reports that deliveries cannot be copied at the end; they are there again once the folder is put back", () => {
      const spool = open();
      spool.append([entry(1)]);
      renameSync(folder, `${folder}-moved`);
      writeFileSync(folder, "not a folder");
      spool.close();
      expect(events).toEqual(["spool_file_lost"]);
      rmSync(folder);
      // Copied, because this process holds the lock of the moved file until the driver's statements are collected.
      cpSync(`${folder}-moved`, folder, { recursive: true });
      rmSync(`${folder}-moved`, { recursive: true });
      expect(drained(open())).toEqual([1]);
    });

    it("creates its folder again if that was deleted, too", () => {
      const spool = open();
      spool.append([entry(1)]);
      rmSync(folder, { recursive: true });
      spool.append([entry(2)]);
      spool.close();
      expect(drained(open()).toSorted()).toEqual([1, 2]);
    });
  });

  it("keeps everything on disk after its write-ahead log was deleted", () => {
    const spool = open();
    spool.append([entry(1), entry(2)]);
    const front = spool.front({ maxItems: 1, maxBytes: 1 });
    for (const name of readdirSync(folder)) if (name.endsWith("-wal")) rmSync(join(folder, name));
    spool.append([entry(3)]);
    front?.remove(front.deliveries);
    spool.append([entry(4)]);
    // This has the same effect as killing the process now.
    const killed = `${folder}-killed`;
    cpSync(folder, killed, { recursive: true });
    const next = openSpool({ folder: killed, maxBytes: 1e6, log });
    expect(drained(next)).toEqual([2, 3, 4]);
    next.close();
    rmSync(killed, { recursive: true });
    expect(drained(spool)).toEqual([2, 3, 4]);
    spool.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("sets a damaged row aside only once, even if the row cannot be deleted", () => {
    const path = join(folder, "left.db");
    const left = fileAt(path);
    left.append([entry(1), entry(2)]);
    left.close();
    const db = new Database(path);
    db.exec(`UPDATE deliveries SET body = 7 WHERE seq = 1;
      CREATE TRIGGER full BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    db.close();
    const spool = open();
    for (let n = 0; n < 3; n++) expect(() => spool.front(all)).toThrow("no room");
    spool.close();
    expect(readFileSync(`${path}.damaged-rows`, "utf8").trim().split("\n")).toHaveLength(1);
    expect(events.filter((event) => event === "spool_row_damaged")).toHaveLength(1);
  });

  it("is set aside if its record of the deliveries in progress is damaged", () => {
    const path = join(folder, "left.db");
    const left = fileAt(path);
    left.append([entry(1)]);
    left.close();
    const db = new Database(path);
    db.exec("UPDATE in_work SET through = 'far'");
    db.close();
    expect(drained(open())).toEqual([]);
    expect(events).toContain("spool_corrupt");
    expect(readdirSync(folder)).toContainEqual(expect.stringMatching(/^left\.db\.corrupt-.*Z$/));
  });
});
