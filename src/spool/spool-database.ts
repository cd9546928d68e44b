import { existsSync } from "node:fs";
import Database from "libsql";
import * as z from "zod";
import { preparePrivateDatabase } from "../disk/private-files.ts";
import { Unavailable } from "../domain/faults.ts";

/** Another process holds the file. */
export class SpoolHeld extends Error {}
/** The file, or a part of it, cannot be read as what it is. */
export class SpoolCorrupt extends Error {}

/**
 * Opens a spool's file, and makes it where there is none; locked from now to the end of the process.
 *
 * @throws what {@link asKnown} gives.
 */
export function openSpoolDatabase(path: string): Database.Database {
  let db: Database.Database | null = null;
  try {
    preparePrivateDatabase(path);
    db = new Database(path, { timeout: 0 });
    // Exclusive before the first access: then WAL needs no shared memory, and one lock is held from now to the end.
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    // FULL: a commit is on the disk when it returns, and only then is a message acknowledged.
    db.exec("PRAGMA synchronous = FULL; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 16777216");
    db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
        redelivered INTEGER NOT NULL, received_at_ms INTEGER NOT NULL, body BLOB NOT NULL, oversize TEXT,
        jobs INTEGER NOT NULL, properties TEXT);
      CREATE TABLE IF NOT EXISTS in_work (id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL);
      INSERT OR IGNORE INTO in_work VALUES (1, 0);
      COMMIT`);
  } catch (error) {
    db?.close();
    throw asKnown(error);
  }
  if (!existsSync(path)) {
    // Another process took it for one that nobody holds, and deleted it, between its making and its lock.
    db.close();
    throw new SpoolHeld(`${path} is gone`);
  }
  return db;
}

/** SQLite's error as one of the three that the spool knows; anything else as it is. */
export function asKnown(error: unknown): unknown {
  if (error instanceof z.ZodError) return new SpoolCorrupt(`it holds what no spool does: ${error.message}`);
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const { code, message } = error;
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return new SpoolHeld(message);
  if (/^SQLITE_(CORRUPT|NOTADB|ERROR|MISMATCH)/.test(code)) return new SpoolCorrupt(message);
  if (/^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|PERM|NOMEM)/.test(code)) {
    return new Unavailable("spool", message, error);
  }
  return error;
}
