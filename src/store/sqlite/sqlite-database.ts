import { dirname } from "node:path";
import Database from "libsql";
import { makeFolder } from "../../disk/make-folder.ts";
import { preparePrivateDatabase } from "../../disk/private-files.ts";
import { transact } from "../../disk/transact.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { formOf, migrate, steps } from "./sqlite-migrations.ts";

/** Codes of SQLite for what is the world's fault, and passes: locked, full, unreadable disk. */
const passing = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|PROTOCOL|NOMEM)/;
const damaged = /^SQLITE_(CORRUPT|NOTADB)/;
const locked = /^SQLITE_BUSY/;
/** A file on our own disk costs little to ask. */
const ASK_AGAIN_MS = 250;

/**
 * Opens the file, and makes it where there is none. Several processes may have it open. Whoever finds it locked, then or
 * later, is told at once (`isLocked`): SQLite's own wait would block the event loop.
 *
 * @throws Misuse for a file that is no database, or a folder that cannot be written; SQLite's own error for what passes.
 */
export function openDatabase(path: string): Database.Database {
  try {
    makeFolder(dirname(path));
    preparePrivateDatabase(path);
    const db = new Database(path);
    try {
      db.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL");
      // FULL: a commit is on the disk when it returns, and only then is a message acknowledged.
      db.exec("PRAGMA synchronous = FULL; PRAGMA cache_size = -16000");
      // A page that many batches change is carried into the file once for all of them: every 16 MiB. Where a reader made
      // the log grow further, it is cut back to that.
      db.exec("PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 16777216");
      migrate(db);
    } catch (error) {
      // With it goes whatever lock it holds: the next try may be a moment later.
      db.close();
      throw error;
    }
    return db;
  } catch (error) {
    if (error instanceof Misuse || isPassing(error)) throw error;
    throw new Misuse([
      `the store ${path} cannot be opened: ${reasonOf(error)}; name another folder by DATA_DIR`,
    ]);
  }
}

/** The driver gives SQLite's CANTOPEN as a number. */
function reasonOf(error: unknown): string {
  const message = String(error).replace(/^Error: /, "");
  return /^ConnectionFailed.*: 14"\)$/.test(message) ? "no such file can be made or opened there" : message;
}

/**
 * Runs the work in one transaction. Whatever writes goes this way, a single statement too. Then a lock is found before anything is done; and the driver leaves a prepared statement
 * that found one itself unfinished: until it is garbage, what is written behind it is not durable, and nobody else may write.
 *
 * @throws Unavailable where another version has brought the file to another form: what is in hand waits.
 */
export function inTransaction<T>(db: Database.Database, work: () => T): T {
  return transact(db, () => {
    const form = formOf(db);
    if (form !== steps.length) {
      const detail = `another version has brought it to form ${form} (known here: ${steps.length}): start this one anew`;
      throw new Unavailable("store", detail);
    }
    return work();
  });
}

/**
 * What passes, as `Unavailable`; anything else as it is. A file that is damaged while it is in use counts as well: what is
 * in hand waits until somebody has mended it, where a bug of ours would have it handed back again and again.
 */
export function asUnavailable(error: unknown): unknown {
  return isPassing(error) || hasCode(error, damaged)
    ? new Unavailable("store", error instanceof Error ? error.message : "", error, ASK_AGAIN_MS)
    : error;
}

/** Whether another process has the file for itself. */
export function isLocked(error: unknown): boolean {
  return hasCode(error, locked);
}

function isPassing(error: unknown): boolean {
  return hasCode(error, passing);
}

function hasCode(error: unknown, codes: RegExp): boolean {
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && codes.test(error.code)
  );
}
