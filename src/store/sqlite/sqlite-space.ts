import type Database from "libsql";
import { inTransaction } from "./sqlite-database.ts";

/** How many pages one step gives back. SQLite moves the same number of used pages into their places. */
const PAGES_AT_ONCE = 64;
/** Less free space than this share of the file, or than these pages, is kept: new documents use it again. */
const KEPT_SHARE = 0.1;
const KEPT_PAGES = 1024;
/** The value of `auto_vacuum` of a file that can give space back. A file that an earlier version created has 0. */
const INCREMENTAL = 2;

/** Gives space that the file does not use back to the system. */
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
