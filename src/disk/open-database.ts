import Database from "libsql";
import { preparePrivateDatabase } from "./private-files.ts";

export interface DatabaseOptions {
  /** Locked for this process alone, from the opening until it is closed or the process ends. */
  readonly isExclusive: boolean;
  readonly cacheKib: number;
  /** Pages in the write-ahead log after which it is carried into the file; SQLite's default is 1000. */
  readonly checkpointPages?: number;
  /** Makes or updates the tables. If it throws, the file is closed again, and whatever lock it holds is released. */
  readonly prepare: (db: Database.Database) => void;
}

/** A write-ahead log that grew beyond this is cut back, in bytes. */
const LOG_LIMIT = 16 * 1024 ** 2;

/**
 * Opens a SQLite file, and creates it for its owner alone where it does not exist. A commit is on the disk when it
 * returns. A lock of another process throws at once: waiting in SQLite (`busy_timeout`) would block the event loop.
 *
 * @throws what SQLite or `prepare` throws; see `fileTroubleOf`.
 */
export function openDatabase(path: string, options: DatabaseOptions): Database.Database {
  const { isExclusive, cacheKib, checkpointPages, prepare } = options;
  preparePrivateDatabase(path);
  const db = new Database(path, { timeout: 0 });
  try {
    // Exclusive before the first access: then WAL needs no shared memory, and one lock is held from now to the end.
    if (isExclusive) db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL");
    // FULL: a commit is on the disk when it returns, and only then is a message acknowledged.
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
