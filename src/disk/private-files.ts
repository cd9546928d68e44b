import { chmodSync, closeSync, openSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

/** Only the owner can read and write the files, because stored messages may be confidential. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;
/** The permissions of everybody except the owner. */
const OTHERS = 0o077;

/** Suffixes of the files of an SQLite database, its main file first. SQLite gives the others the same permissions. */
const databaseEnds = ["", "-wal", "-shm", "-journal"];
/** The names of the files that workers keep directly in DATA_DIR. Other files in this folder are not ours. */
const ourNames = /^(pulse-ingest\.db(-wal|-shm|-journal)?|innocent-suspects-.*\.json(\.part)?)$/;

/**
 * Creates the file of a database if it does not exist, and removes the permissions of others from its existing files. Call this
 * before SQLite opens the database, because SQLite creates files that everybody can read. It never throws: SQLite reports the
 * error when it opens the file.
 */
export function preparePrivateDatabase(path: string): void {
  try {
    // The file is opened only if it is new. Closing a file that SQLite has open in this process would release SQLite's locks.
    closeSync(openSync(path, "wx", PRIVATE_FILE));
  } catch {
    // The file exists already, or cannot be created.
  }
  for (const end of databaseEnds) closeToOthers(path + end, PRIVATE_FILE);
}

/**
 * Removes the permissions of others from the files that workers (also of earlier versions) keep in DATA_DIR, and from the
 * spool's folder. DATA_DIR itself stays unchanged, because the operator may have created it.
 *
 * @returns the paths that others can still access, because they belong to another user or their disk has no permissions.
 */
export function closeDataToOthers(dataDir: string): string[] {
  const spool = join(dataDir, "spool");
  const files = [
    ...namesIn(dataDir)
      .filter((name) => ourNames.test(name))
      .map((name) => join(dataDir, name)),
    ...namesIn(spool).map((name) => join(spool, name)),
  ];
  const isSpoolClosed = closeToOthers(spool, PRIVATE_FOLDER);
  const open = files.filter((path) => !closeToOthers(path, PRIVATE_FILE));
  return isSpoolClosed ? open : [spool, ...open];
}

/** Removes the permissions of others. Returns true if others have none now, or if the file does not exist. */
function closeToOthers(path: string, mode: number): boolean {
  // Windows has no such permissions.
  if (process.platform === "win32" || !isOpenToOthers(statOf(path))) return true;
  try {
    chmodSync(path, mode);
  } catch {
    return false;
  }
  return !isOpenToOthers(statOf(path));
}

/** Returns whether anybody except the owner has any permission. */
export function isOpenToOthers(stats: Stats | undefined): boolean {
  return stats !== undefined && (stats.mode & OTHERS) !== 0;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
