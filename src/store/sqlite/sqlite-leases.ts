import type Database from "libsql";
import type { LeaseHolder } from "../ports/lease-store.ts";
import { inTransaction } from "./sqlite-database.ts";

/** Keeps leases, with a row for each. */
export function createLeases(db: Database.Database) {
  // Host names and process numbers have no NUL character, at which the driver would cut a text.
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
