import { dirname } from "node:path";
import type Database from "libsql";
import { makeFolder } from "../../disk/make-folder.ts";
import { openDatabase } from "../../disk/open-database.ts";
import { fileTroubleOf } from "../../disk/sqlite-errors.ts";
import { transact } from "../../disk/transact.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { formOf, migrate, steps } from "./sqlite-migrations.ts";

/** The longest wait before the next attempt, in milliseconds: short, because an attempt on a local file costs little. */
const ASK_AGAIN_MS = 250;

/**
 * Opens the store's file, and creates it if it does not exist. Several processes may have it open. If the file is locked, it
 * throws at once (see `isLocked`).
 *
 * @throws Misuse for a file that is not a store, or a folder that cannot be written; SQLite's own error for trouble that may
 *   pass.
 */
export function openStoreDatabase(path: string): Database.Database {
  try {
    makeFolder(dirname(path));
    // Many batches change the same pages. With a long interval, a page is copied into the file only once for all of them.
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
      `the store ${path} cannot be opened: ${reasonOf(error)}; name another folder by DATA_DIR`,
    ]);
  }
}

/** Returns the reason in words, since the driver reports SQLite's CANTOPEN as a number. */
function reasonOf(error: unknown): string {
  const message = String(error).replace(/^(?:Sqlite)?Error: /, "");
  return /^ConnectionFailed.*: 14"\)$/.test(message) ? "no file can be created or opened there" : message;
}

/**
 * Runs the work in one transaction. All writes must go through here, even single statements, so that a lock is found before
 * anything is done. Otherwise the driver leaves a prepared statement that meets a lock unfinished. Until that statement is
 * garbage collected, later writes are not durable, and no other process can write.
 *
 * @throws Unavailable if another version has migrated the file since it was opened: messages in progress wait.
 */
export function inTransaction<T>(db: Database.Database, work: () => T): T {
  return transact(db, () => {
    const form = formOf(db);
    if (form !== steps.length) {
      const detail = `another version has migrated it to form ${form} (known here: ${steps.length}): restart this process`;
      throw new Unavailable("store", detail);
    }
    return work();
  });
}

/**
 * Translates trouble with the file into `Unavailable`. Other errors stay unchanged. Damage while the file is in use is such
 * trouble too: messages then wait until somebody repairs the file. As a bug it would return them to the broker again and
 * again.
 */
export function asUnavailable(error: unknown): unknown {
  return isPassing(error) || fileTroubleOf(error) === "damaged"
    ? new Unavailable("store", error instanceof Error ? error.message : "", error, ASK_AGAIN_MS)
    : error;
}

/** Returns whether an error means that another process has locked the file. */
export function isLocked(error: unknown): boolean {
  return fileTroubleOf(error) === "held";
}

function isPassing(error: unknown): boolean {
  const trouble = fileTroubleOf(error);
  return trouble === "held" || trouble === "away";
}
