import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type Database from "libsql";
import { openStoreDatabase } from "../../../src/store/sqlite/sqlite-database.ts";
import { createNonces } from "../../../src/store/sqlite/sqlite-nonces.ts";

let folder: string;
let db: Database.Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nonces-"));
  db = openStoreDatabase(join(folder, "store.db"));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const aUse = (nonce: string, ts: number) => ({ client_id: "c", nonce, ts, at: ts * 1000, counted: null });
const rows = () => db.prepare("SELECT count(*) AS rows FROM nonces").get();

it("recording new nonces deletes expired ones, a few at a time, and no others", () => {
  const { useNonces } = createNonces(db);
  useNonces(Array.from({ length: 10 }, (_, nth) => aUse(`${nth}`, 1000)));
  useNonces([aUse("at the end of its time", 1121)]);
  expect(rows()).toMatchObject({ rows: 11 });
  useNonces([aUse("a", 1122)]);
  expect(rows()).toMatchObject({ rows: 8 });
  useNonces([aUse("b", 1122), aUse("c", 1122)]);
  expect(rows()).toMatchObject({ rows: 4 });
});

it("counting and deleting read no other rows", () => {
  const plan = (sql: string): string[] => {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return steps.map(({ detail }) => detail);
  };
  const counting = "SELECT at FROM nonces WHERE client_id = ? AND counted_as = ? AND at > ? AND id <> ?";
  expect(plan(`${counting} ORDER BY at DESC LIMIT 1 OFFSET ?`)).toEqual([
    expect.stringContaining("nonces_counted (client_id=? AND counted_as=? AND at>?)"),
  ]);
  expect(plan("SELECT id FROM nonces WHERE expires_at < ? LIMIT ?")).toEqual([
    expect.stringContaining("nonces_by_expiry (expires_at<?)"),
  ]);
});
