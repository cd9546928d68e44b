import type Database from "libsql";

/**
 * Runs `work` in one transaction of an SQLite file. Either everything is durable when this returns, or nothing is written. The
 * write lock is taken first.
 *
 * @throws errors of the work and of SQLite.
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
