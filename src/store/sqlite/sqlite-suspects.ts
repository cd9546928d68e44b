import type Database from "libsql";
import { inTransaction } from "./sqlite-database.ts";

/** Stores the ledger of suspects. Enters many in one transaction, because there may be hundreds after a lost connection. */
export function createSuspects(db: Database.Database) {
  const enter = db.prepare(
    `INSERT INTO suspects VALUES (?, 1, ?) ON CONFLICT (hash) DO UPDATE
       SET attempts = attempts + 1, last_seen = excluded.last_seen RETURNING attempts`,
  );
  const clear = db.prepare("DELETE FROM suspects WHERE hash = ?");

  /** Returns how often each suspect has been entered, including this time. */
  function enterSuspects(keys: readonly string[]): number[] {
    const now = new Date().toISOString();
    return inTransaction(db, () => keys.map((key) => (enter.get(key, now) as { attempts: number }).attempts));
  }

  function clearSuspects(keys: readonly string[]): void {
    inTransaction(db, () => {
      for (const key of keys) clear.run(key);
    });
  }

  return { enterSuspects, clearSuspects };
}
