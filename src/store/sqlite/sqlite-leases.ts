import type Database from "libsql";
import type { LeaseHolder } from "../ports/lease-store.ts";
import { inTransaction } from "./sqlite-database.ts";

/** Stores leases, with one row per lease. */
export function createLeases(db: Database.Database) {
  // The driver truncates texts at a NUL character, but host names and process ids, which make up an owner, never contain one.
  const read = db.prepare("SELECT owner, until FROM leases WHERE name = ?");
  const put = db.prepare("INSERT OR REPLACE INTO leases (name, owner, until) VALUES (?, ?, ?)");
  const drop = db.prepare("DELETE FROM leases WHERE name = ? AND owner = ?");

  function takeLease(name: string, owner: string, ttlMs: number): LeaseHolder | null {
    return inTransaction(db, () => {
      const now = Date.now();
      const holder = read.get(name) as LeaseHolder | undefined;
      if (holder !== undefined && holder.owner !== owner && holder.until > iso(now)) return holder;
      put.run(name, owner, iso(now + ttlMs));
      return null;
    });
  }

  function releaseLease(name: string, owner: string): void {
    inTransaction(db, () => drop.run(name, owner));
  }

  return { takeLease, releaseLease };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
