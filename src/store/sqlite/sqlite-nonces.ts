import type Database from "libsql";
import { nonceId } from "../../domain/ids.ts";
import type { NonceEnd, NonceKey, NonceUse } from "../ports/nonce-store.ts";
import { COUNTED_MS, nonceExpiry } from "../rules/nonce-window.ts";
import { inTransaction } from "./sqlite-database.ts";

/** How many expired nonces are deleted for each new one. More than one, so that a backlog shrinks. */
const SWEPT_PER_NONCE = 4;

/** Stores nonces. Nonces that arrive together are written in one transaction, which also deletes expired nonces. */
export function createNonces(db: Database.Database) {
  const sweep = db.prepare(
    "DELETE FROM nonces WHERE id IN (SELECT id FROM nonces WHERE expires_at < ? LIMIT ?)",
  );
  const insert = db.prepare("INSERT OR IGNORE INTO nonces VALUES (?, ?, ?, ?, ?)");
  // Selects the request that must leave the window before another one is accepted: the oldest of the `limit` newest requests.
  const blocking = db.prepare(
    `SELECT at FROM nonces WHERE client_id = ? AND counted_as = ? AND at > ? AND id <> ?
       ORDER BY at DESC LIMIT 1 OFFSET ?`,
  );
  const uncount = db.prepare("UPDATE nonces SET counted_as = NULL WHERE id = ?");

  function useNonces(uses: readonly NonceUse[]): NonceEnd[] {
    return inTransaction(db, () => {
      sweep.run(uses[0]?.at ?? 0, uses.length * SWEPT_PER_NONCE);
      return uses.map(useOne);
    });
  }

  function useOne({ client_id, nonce, ts, at, counted }: NonceUse): NonceEnd {
    const id = nonceId(client_id, nonce, ts);
    const { changes } = insert.run(id, client_id, counted?.group ?? null, at, nonceExpiry(ts));
    if (changes === 0) return { kind: "used" };
    if (counted === null) return { kind: "fresh" };
    const found = blocking.get(client_id, counted.group, at - COUNTED_MS, id, counted.limit - 1);
    if (found === undefined) return { kind: "fresh" };
    uncount.run(id);
    return { kind: "throttled", free_at: (found as { at: number }).at + COUNTED_MS };
  }

  function uncountNonce({ client_id, nonce, ts }: NonceKey): void {
    inTransaction(db, () => uncount.run(nonceId(client_id, nonce, ts)));
  }

  return { useNonces, uncountNonce };
}
