import { dirname } from "node:path";
import type Database from "libsql";
import { makeFolder } from "../../disk/make-folder.ts";
import { openDatabase } from "../../disk/open-database.ts";
import { fileTroubleOf } from "../../disk/sqlite-errors.ts";
import { transact } from "../../disk/transact.ts";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { formOf, migrate, steps } from "./sqlite-migrations.ts";

/** The longest wait before the next attempt, in milliseconds. It is short because an attempt on a local file is cheap. */
const ASK_AGAIN_MS = 250;

/**
 * Opens the store's file, and creates it if it does not exist. Several processes may have it open. If the file is locked, this
 * throws immediately (see `isLocked`).
 *
 * @throws Misuse for a file that is not a store, or a folder that is not writable; SQLite's own error for a temporary problem.
 */
export function openStoreDatabase(path: string): Database.Database {
  try {
    makeFolder(dirname(path));
    // Many batches change the same pages. With a long checkpoint interval, a page is copied into the file once for all of them.
    return openDatabase(path, {
      isExclusive: false,
      cacheKib: 16_000,
      checkpointPages: 4000,
      isShrinkable: true,
      prepare: migrate,
    });
  } catch (error) {
    if (error instanceof Misuse || isPassing(error)) throw error;
    throw new Misuse([
      `the store ${path} cannot be opened: ${reasonOf(error)}; set DATA_DIR to another folder`,
    ]);
  }
}

/** Returns the reason in words, because the driver reports SQLite's CANTOPEN only as a number. */
function reasonOf(error: unknown): string {
  if (errorCode(error) === "EEXIST") return "a part of its path is a file, not a folder";
  const message = String(error).replace(/^(?:Sqlite)?Error: /, "");
  return /^ConnectionFailed.*: 14"\)$/.test(message) ? "no file can be created or opened there" : message;
}

/**
 * Runs `work` in one transaction. All writes must use this function, even single statements, so that a lock is detected before
 * any of them runs. Otherwise the driver leaves a prepared statement that hits a lock unfinished. Until that statement is
 * garbage collected, later writes are not durable, and no other process can write.
 *
 * @throws Unavailable if another version has migrated the file since it was opened. Messages in progress then wait.
 */
export function inTransaction<T>(db: Database.Database, work: () => T): T {
  return transact(db, () => {
    const form = formOf(db);
    if (form !== steps.length) {
      const detail = `another version has migrated it to schema version ${form} (this process uses ${steps.length}): restart this process`;
      throw new Unavailable("store", detail);
    }
    return work();
  });
}

/**
 * Translates problems with the file into `Unavailable`, and returns other errors unchanged. A file that becomes damaged while in
 * use also counts as unavailable: messages then wait until somebody repairs the file. If this were treated as a bug, they would
 * be requeued again and again.
 */
export function asUnavailable(error: unknown): unknown {
  return isPassing(error) || fileTroubleOf(error) === "damaged"
    ? new Unavailable("store", error instanceof Error ? error.message : "", error, ASK_AGAIN_MS)
    : error;
}

/** Returns whether an error was caused by another process's lock on the file. */
export function isLocked(error: unknown): boolean {
  return fileTroubleOf(error) === "held";
}

function isPassing(error: unknown): boolean {
  const trouble = fileTroubleOf(error);
  return trouble === "held" || trouble === "away";
}
