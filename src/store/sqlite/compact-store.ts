import { statfsSync, statSync } from "node:fs";
import Database from "libsql";
import { openDatabase } from "../../disk/open-database.ts";
import { fileTroubleOf } from "../../disk/sqlite-errors.ts";
import { Misuse } from "../../domain/faults.ts";
import { isStoreIn, storeFile } from "./store-file.ts";

/** Describes a compaction before it is done. */
export interface CompactPlan {
  readonly store: string;
  /** The size of the file, including pages that are still only in the write-ahead log. */
  readonly bytes: number;
  /** The approximate size of the file after compaction. */
  readonly used_bytes: number;
  /** The free space that compaction needs on the disk, because it writes the contents twice. */
  readonly needed_bytes: number;
  readonly free_bytes: number;
  /** True if the file can shrink when documents are removed. After compaction, it always can. */
  readonly is_shrinkable: boolean;
}

/**
 * Inspects the file of the embedded store, which workers may have open. Writes nothing.
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
 * Rewrites the file of the embedded store without unused space. From then on, the file can shrink when documents are removed. The call
 * blocks until it is done. If it is interrupted, the file stays unchanged.
 *
 * @param onStart - called just before the compaction begins.
 * @returns the new size of the file in bytes.
 * @throws Misuse while another process has the store open, or if there is too little free space; SQLite's own error for a failing disk.
 */
export function compactStore(dataDir: string, onStart: (plan: CompactPlan) => void): number {
  const store = storeIn(dataDir);
  // SQLite writes a temporary copy, which may be too large for the system's temporary folder.
  process.env["SQLITE_TMPDIR"] ??= dataDir;
  const db = openAlone(store);
  try {
    const plan = lookInto(db, dataDir);
    const { needed_bytes, free_bytes } = plan;
    if (free_bytes < needed_bytes) {
      const [needed, free] = [needed_bytes, free_bytes].map(mebibytes);
      throw new Misuse([
        `${store}: compacting needs ${needed} of free space on the disk of ${dataDir}, but only ${free} are free`,
      ]);
    }
    onStart(plan);
    // Without `temp_store`, the driver's build of SQLite would keep the temporary copy in memory.
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

/** @throws Error if the file is another program's database. */
function checkTables(db: Database.Database): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'resultsets'").get() === undefined)
    throw new Error("it is another program's database");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
