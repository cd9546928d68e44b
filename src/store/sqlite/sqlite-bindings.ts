import type Database from "libsql";
import type { Binding } from "../../domain/binding.ts";
import { type BindingClaim, MAX_CLAIMS, staleUntil } from "../../domain/binding-claim.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import { type DocRow, readDoc } from "./row-doc.ts";
import { inTransaction } from "./sqlite-database.ts";

const DOC = "json_object('exchange', exchange, 'routing_key', routing_key, 'wanted', wanted)";
interface BindingRow extends Binding {
  /** The claims, as JSON. */
  readonly wanted: string;
}

const THIS_ROW = "queue = ? AND exchange = ? AND routing_key = ?";

/** Stores the ledger of bindings, with one row per binding. The column `wanted` contains the claims as JSON. */
export function createBindings(db: Database.Database) {
  /**
   * Reads one text, because reading tens of thousands of rows would block the event loop for twice as long. The claims in it are a
   * text themselves, which is parsed once for all bindings that were confirmed together.
   */
  function readBindings(queue: string): KnownBinding[] {
    const row = db
      .prepare(`SELECT json_group_array(${DOC}) AS doc FROM bindings WHERE queue = ?`)
      .get(queue) as DocRow;
    const claims = new Map<string, readonly BindingClaim[]>();
    return readDoc<BindingRow[]>(row).map(({ exchange, routing_key, wanted: text }) => {
      const wanted = claims.get(text) ?? readDoc<BindingClaim[]>({ doc: text });
      claims.set(text, wanted);
      return { exchange, routing_key, wanted };
    });
  }

  /** Parses each text once, because bindings that were confirmed together have the same claims. */
  function listBindingWorkers(queue: string, since: string): string[] {
    const rows = db
      .prepare(
        `SELECT DISTINCT value ->> 'by' AS worker
           FROM (SELECT DISTINCT wanted FROM bindings WHERE queue = ?), json_each(wanted) WHERE value ->> 'at' >= ?`,
      )
      .all(queue, since) as { worker: string }[];
    return rows.map(({ worker }) => worker);
  }

  function noteBindings(queue: string, bindings: readonly Binding[], claim: BindingClaim): void {
    const note = db.prepare(
      `INSERT INTO bindings VALUES (?1, ?2, ?3, json_array(json(?4))) ON CONFLICT DO UPDATE SET wanted =
         (SELECT json_group_array(json(value)) FROM (SELECT ?4 AS value UNION ALL SELECT * FROM
           (SELECT value FROM json_each(wanted) WHERE value ->> 'by' <> ?5 AND value ->> 'at' > ?6 LIMIT ${MAX_CLAIMS - 1})))`,
    );
    const { by, at } = claim;
    const values = [JSON.stringify({ by, at }), by, staleUntil(Date.parse(at))];
    inTransaction(db, () => {
      for (const { exchange, routing_key } of bindings) {
        note.run([queue, exchange, routing_key, ...values]);
      }
    });
  }

  function releaseBindings(queue: string, bindings: readonly Binding[], worker: string): void {
    const release = db.prepare(
      `UPDATE bindings SET wanted =
         (SELECT json_group_array(json(value)) FROM json_each(wanted) WHERE value ->> 'by' <> ?) WHERE ${THIS_ROW}`,
    );
    inTransaction(db, () => {
      for (const { exchange, routing_key } of bindings) release.run([worker, queue, exchange, routing_key]);
    });
  }

  function forgetBindings(queue: string, bindings: readonly Binding[]): void {
    const forget = db.prepare(`DELETE FROM bindings WHERE ${THIS_ROW}`);
    inTransaction(db, () => {
      for (const { exchange, routing_key } of bindings) forget.run([queue, exchange, routing_key]);
    });
  }

  return { readBindings, listBindingWorkers, noteBindings, releaseBindings, forgetBindings };
}
