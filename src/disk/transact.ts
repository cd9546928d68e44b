import type Database from "libsql";

/**
 * Runs the work in one transaction of a SQLite file: all of it is durable when it returns, or nothing of it is there. The
 * lock is taken before anything is done.
 *
 * @throws what the work throws, or SQLite.
 */
export function transact<T>(db: Database.Database, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
