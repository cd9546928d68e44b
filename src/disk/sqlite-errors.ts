/**
 * What an error of SQLite says about the file.
 *
 * - `held`: another process, or another connection, has it locked.
 * - `away`: the disk or the folder is to blame. The same call may succeed later.
 * - `damaged`: it is not a database, or not a whole one.
 * - `unfit`: its tables are not what the statement expects. The file may be another program's, or the statement is wrong.
 */
export type FileTrouble = "held" | "away" | "damaged" | "unfit";

/** By the primary result code; the code of an error may carry a suffix, such as `SQLITE_IOERR_WRITE`. */
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

/** Null for an error that is not SQLite's, or says nothing about the file. */
export function fileTroubleOf(error: unknown): FileTrouble | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  const primary = error.code.split("_").slice(0, 2).join("_");
  return troubles[primary] ?? null;
}
