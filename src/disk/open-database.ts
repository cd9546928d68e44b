import Database from "libsql";
import { preparePrivateDatabase } from "./private-files.ts";

export interface DatabaseOptions {
  /** Whether this process locks the file for itself until it closes the file or ends. */
  readonly isExclusive: boolean;
  readonly cacheKib: number;
  /** After this many pages the write-ahead log is copied into the file. SQLite's default is 1000. */
  readonly checkpointPages?: number;
  /** Whether a new file can give space back to the system (`auto_vacuum`). It has no effect on an existing file. */
  readonly isShrinkable?: boolean;
  /** Creates or migrates the tables. If it throws, the file is closed again, and its locks are released. */
  readonly prepare: (db: Database.Database) => void;
}

/** The size to which a larger write-ahead log is truncated, in bytes. */
const LOG_LIMIT = 16 * 1024 ** 2;

/**
 * Opens an SQLite file. If it does not exist, creates it with permissions for the owner alone. A commit is on the disk when it
 * returns. If another process has a lock, calls throw immediately, because waiting in SQLite (`busy_timeout`) would block the
 * event loop.
 *
 * @throws errors of SQLite and of `prepare`; see `fileTroubleOf`.
 */
export function openDatabase(path: string, options: DatabaseOptions): Database.Database {
  const { isExclusive, cacheKib, checkpointPages, isShrinkable = false, prepare } = options;
  preparePrivateDatabase(path);
  const db = new Database(path, { timeout: 0 });
  try {
    // Set before the first access, so that WAL needs no shared memory, and the lock is held until the file is closed.
    if (isExclusive) db.exec("PRAGMA locking_mode = EXCLUSIVE");
    // Set before WAL mode, because that writes the first page of a new file.
    if (isShrinkable) db.exec("PRAGMA busy_timeout = 0; PRAGMA auto_vacuum = INCREMENTAL");
    db.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL");
    // With FULL a commit is on the disk when it returns, and only then is a message acknowledged.
    db.exec(
      `PRAGMA synchronous = FULL; PRAGMA cache_size = -${cacheKib}; PRAGMA journal_size_limit = ${LOG_LIMIT}`,
    );
    if (checkpointPages !== undefined) db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    prepare(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
