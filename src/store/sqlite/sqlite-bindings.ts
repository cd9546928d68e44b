import type Database from "libsql";
import type { Binding } from "../../domain/binding.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import { inTransaction } from "./sqlite-database.ts";

/** Keeps the ledger of bindings, with a row for each. */
export function createBindings(db: Database.Database) {
  function readBindings(queue: string): KnownBinding[] {
    return db
      .prepare("SELECT exchange, routing_key, wanted_by, wanted_at FROM bindings WHERE queue = ?")
      .all(queue) as KnownBinding[];
  }

  function listBindingWorkers(queue: string, since: string): string[] {
    const rows = db
      .prepare("SELECT DISTINCT wanted_by FROM bindings WHERE queue = ? AND wanted_at >= ?")
      .all(queue, since) as { wanted_by: string }[];
    return rows.map(({ wanted_by }) => wanted_by);
  }

  function noteBindings(queue: string, bindings: readonly KnownBinding[]): void {
    const note = db.prepare("INSERT OR REPLACE INTO bindings VALUES (?, ?, ?, ?, ?)");
    inTransaction(db, () => {
      for (const { exchange, routing_key, wanted_by, wanted_at } of bindings) {
        note.run(queue, exchange, routing_key, wanted_by, wanted_at);
      }
    });
  }

  function forgetBindings(queue: string, bindings: readonly Binding[]): void {
    const forget = db.prepare("DELETE FROM bindings WHERE queue = ? AND exchange = ? AND routing_key = ?");
    inTransaction(db, () => {
      for (const { exchange, routing_key } of bindings) forget.run(queue, exchange, routing_key);
    });
  }

  return { readBindings, listBindingWorkers, noteBindings, forgetBindings };
}
