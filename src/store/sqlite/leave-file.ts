import { renameSync, rmSync, statSync } from "node:fs";
import type Database from "libsql";
import { watchPlace } from "../../disk/file-place.ts";

/** Suffixes of the files that SQLite keeps beside an open one. It finds them by their names alone. */
const besideEnds = ["-wal", "-shm"];

/**
 * Returns a function that clears the way for another file that has taken the place of an open one. What the write-ahead log holds
 * goes into the open file, wherever that is now. Then the log leaves its place: SQLite would use it for the other file, and damage that.
 */
export function prepareLeaving(db: Database.Database, path: string): () => void {
  const beside = besideEnds.map((end) => ({ file: path + end, place: watchPlace(path + end) }));

  return () => {
    try {
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Then the log is not empty, and stays under another name.
    }
    // A file that another process has created there belongs to the other store.
    for (const { file, place } of beside) if (place() === "kept") takeAway(file);
  };
}

function takeAway(file: string): void {
  try {
    if (file.endsWith("-wal") && statSync(file).size > 0) {
      renameSync(file, `${file}.left-${new Date().toISOString().replaceAll(":", "")}`);
    } else rmSync(file, { force: true });
  } catch {
    // Opening the other file reports what is wrong with the folder.
  }
}
