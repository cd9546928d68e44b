import { chmodSync, closeSync, openSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

/** What is stored may be nobody else's business: read and written by the owner alone. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;
/** The rights of everybody but the owner. */
const OTHERS = 0o077;

/** What a database of SQLite is kept in, its own file first; SQLite gives the others the rights of the first. */
const databaseEnds = ["", "-wal", "-shm", "-journal"];
/** What workers keep in DATA_DIR itself; other files there are somebody else's. */
const ourNames = /^(pulse-ingest\.db(-wal|-shm|-journal)?|innocent-suspects-.*\.json(\.part)?)$/;

/**
 * Makes a database's file where there is none, and takes the rights of others from what is there, where it is ours. For the
 * moment before SQLite opens it, which makes files that everybody may read. Never throws: SQLite tells what is wrong.
 */
export function preparePrivateDatabase(path: string): void {
  try {
    // Only where there is none: closing a file that SQLite has open in this process would take SQLite's locks from it.
    closeSync(openSync(path, "wx", PRIVATE_FILE));
  } catch {
    // It is there, or cannot be made.
  }
  for (const end of databaseEnds) closeToOthers(path + end, PRIVATE_FILE);
}

/**
 * Takes the rights of others from the files that workers have in DATA_DIR, e.g. of an earlier version, and from the spool's
 * folder. DATA_DIR itself stays as it is: a folder that was there before is its operator's.
 *
 * @returns the paths that others still have rights to: they belong to another user, or their disk knows no rights.
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

/** Whether others have no rights to it now, or it is not there. */
function closeToOthers(path: string, mode: number): boolean {
  // Windows knows no such rights.
  if (process.platform === "win32" || !isOpenToOthers(statOf(path))) return true;
  try {
    chmodSync(path, mode);
  } catch {
    return false;
  }
  return !isOpenToOthers(statOf(path));
}

function isOpenToOthers(stats: Stats | undefined): boolean {
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
