import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import type Database from "libsql";
import { watchPlace } from "../../disk/file-place.ts";
import { Unavailable } from "../../domain/faults.ts";

/**
 * Returns a function that looks whether the file of an open store, and its write-ahead log, are still in their places. SQLite does not
 * look: it goes on with files that were deleted, and nobody finds what is written to them after the next start.
 *
 * @param onStuck - called if another file has taken the place of the open one, so that only opening the store again helps.
 * @returns a function to call before each use. It throws Unavailable if the store must not be used.
 */
export function watchStoreFile(db: Database.Database, path: string, onStuck: () => void): () => void {
  const place = watchPlace(path);
  const log = `${path}-wal`;
  const logPlace = existsSync(log) ? watchPlace(log) : () => "kept" as const;
  let beside = [log, `${path}-shm`].map((file) => ({ file, isOurs: watchPlace(file) }));

  /**
   * Clears the way for the file that has taken the place. What the log holds goes into the open file, wherever that is now. Then the log
   * leaves its place: SQLite finds it by its name, would use it for the other file, and damage that.
   */
  function leave(): void {
    emptyLog(db);
    // A file that another process has created there belongs to the other store.
    for (const { file, isOurs } of beside) if (isOurs() === "kept") takeAway(file);
    // Once only: later the system may use their inodes for the files of the other store.
    beside = [];
  }

  return () => {
    const found = place();
    if (found === "replaced") {
      leave();
      onStuck();
      throw new Unavailable("store", `another file has taken the place of ${path}`);
    }
    if (found === "gone") {
      // It may have been moved without its log.
      emptyLog(db);
      const fix = "put it back, or restart this process, which creates an empty one";
      throw new Unavailable("store", `${path} was deleted or moved while it was in use: ${fix}`);
    }
    const foundLog = logPlace();
    if (foundLog === "kept") return;
    // A log that another process has begun to write is not ours to copy.
    if (foundLog === "gone" || sizeOf(log) === 0) emptyLog(db);
    const fix = "restart all processes that use the store";
    throw new Unavailable("store", `${log} was deleted or moved while it was in use: ${fix}`);
  };
}

/** Copies into the file what only its write-ahead log holds, as far as nobody else reads it now. */
function emptyLog(db: Database.Database): void {
  try {
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The log stays as it is.
  }
}

/** Renames a log that still holds something. */
function takeAway(file: string): void {
  try {
    if (file.endsWith("-wal") && sizeOf(file) > 0) {
      renameSync(file, `${file}.left-${new Date().toISOString().replaceAll(":", "")}`);
    } else rmSync(file, { force: true });
  } catch {
    // Opening the other file reports what is wrong with the folder.
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
