import { statfsSync, statSync } from "node:fs";
import Database from "libsql";
import { openDatabase } from "../../disk/open-database.ts";
import { fileTroubleOf } from "../../disk/sqlite-errors.ts";
import { Misuse } from "../../domain/faults.ts";
import { isStoreIn, storeFile } from "./store-file.ts";

/** What compacting would do. */
export interface CompactPlan {
  readonly store: string;
  /** The size of the file, once what workers have written last has moved into it. */
  readonly bytes: number;
  /** About the size that it would have. */
  readonly used_bytes: number;
  /** What has to be free on the disk for it: the contents are written twice. */
  readonly needed_bytes: number;
  readonly free_bytes: number;
  /** The file gives space back to the system by itself when documents are removed. Once it is compacted it does. */
  readonly is_shrinkable: boolean;
}

/**
 * Looks at the file of the embedded store, which workers may have open. Nothing is written.
 *
 * @throws Misuse if there is no store.
 */
export function planCompaction(dataDir: string): CompactPlan {
  const store = storeIn(dataDir);
  const db = new Database(store, { timeout: 0 });
  try {
    checkTables(db);
    return lookInto(db, dataDir);
  } catch (error) {
    throw unreadable(store, error);
  } finally {
    db.close();
  }
}

/**
 * Writes the file of the embedded store again, without the space that it does not use, and so that it can give space back from then on. It
 * blocks until it is done. If it is interrupted, the file stays as it was.
 *
 * @param onStart - called just before it begins.
 * @returns the size of the file in bytes.
 * @throws Misuse while another process has the store open, or if there is too little room; SQLite's own error for a failing disk.
 */
export function compactStore(dataDir: string, onStart: (plan: CompactPlan) => void): number {
  const store = storeIn(dataDir);
  // SQLite writes a temporary copy, for which the system's folder may be too small.
  process.env["SQLITE_TMPDIR"] ??= dataDir;
  const db = openAlone(store);
  try {
    const plan = lookInto(db, dataDir);
    const { needed_bytes, free_bytes } = plan;
    if (free_bytes < needed_bytes) {
      const [needed, free] = [needed_bytes, free_bytes].map(mebibytes);
      throw new Misuse([
        `${store}: compacting needs ${needed} free on the disk of ${dataDir}, and there are ${free}`,
      ]);
    }
    onStart(plan);
    // The driver's SQLite would keep the temporary copy in memory.
    db.exec(
      "PRAGMA temp_store = FILE; PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)",
    );
  } finally {
    db.close();
  }
  return statSync(store).size;
}

function storeIn(dataDir: string): string {
  if (!isStoreIn(dataDir)) throw new Misuse([`there is no store in ${dataDir}; see DATA_DIR`]);
  return storeFile(dataDir);
}

function lookInto(db: Database.Database, dataDir: string): CompactPlan {
  const [{ bytes, used, auto_vacuum }] = db
    .prepare(
      `SELECT page_count * page_size AS bytes, (page_count - freelist_count) * page_size AS used, auto_vacuum
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size(), pragma_auto_vacuum()`,
    )
    .all() as [{ bytes: number; used: number; auto_vacuum: number }];
  const { bavail, bsize } = statfsSync(dataDir);
  return {
    store: storeIn(dataDir),
    bytes,
    used_bytes: used,
    needed_bytes: 2 * used,
    free_bytes: bavail * bsize,
    is_shrinkable: auto_vacuum !== 0,
  };
}

function openAlone(store: string): Database.Database {
  try {
    return openDatabase(store, { isExclusive: true, cacheKib: 64_000, prepare: checkTables });
  } catch (error) {
    if (fileTroubleOf(error) !== "held") throw unreadable(store, error);
    throw new Misuse([
      `${store} is in use: stop the workers, pages and commands that use it, and run this again`,
    ]);
  }
}

function unreadable(store: string, error: unknown): Misuse {
  return new Misuse([`the store ${store} cannot be read: ${error instanceof Error ? error.message : error}`]);
}

/** @throws Error for another program's file. */
function checkTables(db: Database.Database): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'resultsets'").get() === undefined)
    throw new Error("it is another program's database");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
