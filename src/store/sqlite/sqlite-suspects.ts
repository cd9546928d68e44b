import type Database from "libsql";
import { inTransaction } from "./sqlite-database.ts";

/** The ledger of suspects: many in one transaction, since after a lost connection they come by the hundred. */
export function createSuspects(db: Database.Database) {
  const enter = db.prepare(
    `INSERT INTO suspects VALUES (?, 1, ?) ON CONFLICT (hash) DO UPDATE
       SET attempts = attempts + 1, last_seen = excluded.last_seen RETURNING attempts`,
  );
  const clear = db.prepare("DELETE FROM suspects WHERE hash = ?");

  /** Returns for each how often it has been entered. */
  function enterSuspects(hashes: readonly string[]): number[] {
    const now = new Date().toISOString();
    return inTransaction(db, () =>
      hashes.map((hash) => (enter.get(hash, now) as { attempts: number }).attempts),
    );
  }

  /** Returns for each whether it was there. */
  function clearSuspects(hashes: readonly string[]): boolean[] {
    return inTransaction(db, () => hashes.map((hash) => clear.run(hash).changes > 0));
  }

  return { enterSuspects, clearSuspects };
}
