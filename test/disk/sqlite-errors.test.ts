import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type Database from "libsql";
import { openDatabase } from "../../src/disk/open-database.ts";
import { type FileTrouble, fileTroubleOf } from "../../src/disk/sqlite-errors.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sqlite-errors-"));
  path = join(folder, "file.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(isExclusive: boolean, prepare: (db: Database.Database) => void = () => undefined) {
  return openDatabase(path, { isExclusive, cacheKib: 100, prepare });
}

function troubleOf(work: () => unknown): FileTrouble | null {
  try {
    work();
  } catch (error) {
    return fileTroubleOf(error);
  }
  throw new Error("nothing went wrong");
}

it("a file that another connection has locked is reported as held, both when it is opened and when it is written", () => {
  const holder = open(true, (db) => db.exec("CREATE TABLE t (a INTEGER)"));
  expect(troubleOf(() => open(false, (db) => db.exec("SELECT * FROM t")))).toBe("held");
  holder.close();
  const [one, other] = [open(false), open(false)];
  one.exec("BEGIN IMMEDIATE");
  expect(troubleOf(() => other.exec("BEGIN IMMEDIATE"))).toBe("held");
  one.close();
  other.close();
});

it("a file that is not a database is reported as damaged, and one without the expected table as unfit", () => {
  const db = open(false);
  expect(troubleOf(() => db.exec("SELECT * FROM nothing"))).toBe("unfit");
  db.close();
  writeFileSync(path, "not a database, but long enough to be looked at ".repeat(30));
  expect(troubleOf(() => open(false))).toBe("damaged");
});

it.each<[string, FileTrouble | null]>([
  ["SQLITE_FULL", "away"],
  ["SQLITE_IOERR_WRITE", "away"],
  ["SQLITE_CORRUPT_INDEX", "damaged"],
  ["SQLITE_BUSY_SNAPSHOT", "held"],
  ["SQLITE_CONSTRAINT_UNIQUE", null],
  ["ENOENT", null],
])("the code %s means %s", (code, trouble) => {
  expect(fileTroubleOf(Object.assign(new Error("said"), { code }))).toBe(trouble);
});

it("an opened database is private and durable, and a failed attempt to open one leaves no lock", () => {
  const refuse = (): never => {
    throw new RangeError("refused");
  };
  expect(() => open(true, refuse)).toThrow("refused");
  const db = open(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(db.prepare("PRAGMA synchronous").get()).toMatchObject({ synchronous: 2 });
  expect(db.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  expect(db.prepare("PRAGMA busy_timeout").get()).toMatchObject({ timeout: 0 });
  db.close();
});
