import type Database from "libsql";
import { inTransaction } from "./sqlite-database.ts";

/** The number of pages that one step frees. SQLite moves up to as many used pages to fill the gaps. */
const PAGES_AT_ONCE = 64;
/** Free space up to this share of the file, or up to this number of pages, is kept for new documents. */
const KEPT_SHARE = 0.1;
const KEPT_PAGES = 1024;
/** The value of `auto_vacuum` in a file that can shrink. Files created by earlier versions have 0. */
const INCREMENTAL = 2;

/** Returns unused space of the file to the file system. */
export function createSpace(db: Database.Database) {
  const numberOf = (pragma: string): number => {
    const [row] = db.prepare(`PRAGMA ${pragma}`).all() as [Record<string, number>];
    return Object.values(row)[0] ?? 0;
  };

  function reclaimSpace(): number {
    if (numberOf("auto_vacuum") !== INCREMENTAL) return 0;
    return inTransaction(db, () => {
      const free = numberOf("freelist_count");
      if (free <= Math.max(KEPT_PAGES, KEPT_SHARE * numberOf("page_count"))) return 0;
      db.prepare(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`).all();
      return (free - numberOf("freelist_count")) * numberOf("page_size");
    });
  }

  return { reclaimSpace };
}
