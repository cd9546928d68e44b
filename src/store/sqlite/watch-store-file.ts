import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import type Database from "libsql";
import { watchPlace } from "../../disk/file-place.ts";
import { Unavailable } from "../../domain/faults.ts";

/**
 * Returns a function that checks whether the file of an open store, and its write-ahead log, are still in their places. SQLite does not
 * check this: it continues to use deleted files, and everything written to them is lost at the next start.
 *
 * @param onStuck - called if the open file was replaced by another file. The caller must then open the store again.
 * @returns a function to call before each use. It throws Unavailable if the store must not be used.
 */
export function watchStoreFile(db: Database.Database, path: string, onStuck: () => void): () => void {
  const place = watchPlace(path);
  const log = `${path}-wal`;
  const logPlace = existsSync(log) ? watchPlace(log) : () => "kept" as const;
  let sideFiles = [log, `${path}-shm`].map((file) => ({ file, isOurs: watchPlace(file) }));

  /**
   * Makes way for the new file. Copies the contents of the log into the open file, wherever that is now. Then moves the log out of the
   * way: SQLite finds a log by its name, so it would apply ours to the new file and damage it.
   */
  function makeWay(): void {
    emptyLog(db);
    // A file that another process has created under this name belongs to the new store.
    for (const { file, isOurs } of sideFiles) if (isOurs() === "kept") moveAway(file);
    // Done only once, because the file system may later reuse the inodes for files of the new store.
    sideFiles = [];
  }

  return () => {
    const found = place();
    if (found === "replaced") {
      makeWay();
      onStuck();
      throw new Unavailable("store", `another file has taken the place of ${path}`);
    }
    if (found === "gone") {
      // The file may have been moved without its log.
      emptyLog(db);
      const fix = "put it back, or restart this process, which creates an empty one";
      throw new Unavailable("store", `${path} was deleted or moved while it was in use: ${fix}`);
    }
    const foundLog = logPlace();
    if (foundLog === "kept") return;
    // If another process has started a new log, its contents must not be copied.
    if (foundLog === "gone" || sizeOf(log) === 0) emptyLog(db);
    const fix = "restart all processes that use the store";
    throw new Unavailable("store", `${log} was deleted or moved while it was in use: ${fix}`);
  };
}

/** Copies the contents of the write-ahead log into the file, as far as other readers permit. */
function emptyLog(db: Database.Database): void {
  try {
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The log stays unchanged.
  }
}

/** Removes a file, or renames it if it is a log with contents. */
function moveAway(file: string): void {
  try {
    if (file.endsWith("-wal") && sizeOf(file) > 0) {
      renameSync(file, `${file}.left-${new Date().toISOString().replaceAll(":", "")}`);
    } else rmSync(file, { force: true });
  } catch {
    // Ignored: opening the new file reports any problem with the folder.
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
