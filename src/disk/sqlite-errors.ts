/**
 * The problem with a file that an error of SQLite indicates.
 *
 * - `held`: another process, or another connection, has locked the file.
 * - `away`: the disk or the folder is the cause. The same call may succeed later.
 * - `damaged`: the file is not a database, or not a complete one.
 * - `unfit`: the tables are not those that the statement expects. Either the file belongs to another program, or the statement is wrong.
 */
export type FileTrouble = "held" | "away" | "damaged" | "unfit";

/** The problems by SQLite's primary result code. The code of an error may have a suffix, such as `SQLITE_IOERR_WRITE`. */
const troubles: Readonly<Record<string, FileTrouble>> = {
  SQLITE_BUSY: "held",
  SQLITE_LOCKED: "held",
  SQLITE_FULL: "away",
  SQLITE_IOERR: "away",
  SQLITE_CANTOPEN: "away",
  SQLITE_READONLY: "away",
  SQLITE_PERM: "away",
  SQLITE_PROTOCOL: "away",
  SQLITE_NOMEM: "away",
  SQLITE_CORRUPT: "damaged",
  SQLITE_NOTADB: "damaged",
  SQLITE_ERROR: "unfit",
  SQLITE_MISMATCH: "unfit",
};

/** Returns the problem that an error indicates, or null if the error is not SQLite's or says nothing about the file. */
export function fileTroubleOf(error: unknown): FileTrouble | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  const primary = error.code.split("_").slice(0, 2).join("_");
  return troubles[primary] ?? null;
}
