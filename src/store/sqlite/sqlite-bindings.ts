import type Database from "libsql";
import type { Binding } from "../../domain/binding.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import { type DocRow, readDoc } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";

const DOC =
  "json_object('exchange', exchange, 'routing_key', routing_key, 'wanted_by', wanted_by, 'wanted_at', wanted_at)";

/** Stores the ledger of bindings, with one row per binding. */
export function createBindings(db: Database.Database) {
  /** Reads one text, because reading tens of thousands of rows would block the event loop for twice as long. */
  function readBindings(queue: string): KnownBinding[] {
    const row = db
      .prepare(`SELECT json_group_array(${DOC}) AS doc FROM bindings WHERE queue = ?`)
      .get(queue) as DocRow;
    return readDoc<KnownBinding[]>(row);
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
        note.run([queue, exchange, routing_key, wanted_by, wanted_at]);
      }
    });
  }

  function forgetBindings(queue: string, bindings: readonly Binding[]): void {
    const forget = db.prepare("DELETE FROM bindings WHERE queue = ? AND exchange = ? AND routing_key = ?");
    inTransaction(db, () => {
      for (const { exchange, routing_key } of bindings) forget.run([queue, exchange, routing_key]);
    });
  }

  return { readBindings, listBindingWorkers, noteBindings, forgetBindings };
}
