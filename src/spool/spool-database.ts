import { existsSync } from "node:fs";
import type Database from "libsql";
import * as z from "zod";
import { openDatabase } from "../disk/open-database.ts";
import { type FileTrouble, fileTroubleOf } from "../disk/sqlite-errors.ts";
import { Unavailable } from "../domain/faults.ts";

/** Thrown if another process has locked the file, or has deleted it before it could be locked. */
export class SpoolHeld extends Error {}
/** Thrown if the file, or a part of it, cannot be read as a spool. */
export class SpoolCorrupt extends Error {}

const TABLES = `BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, exchange TEXT NOT NULL, routing_key TEXT NOT NULL,
    redelivered INTEGER NOT NULL, received_at_ms INTEGER NOT NULL, body BLOB NOT NULL, oversize TEXT,
    jobs INTEGER NOT NULL, properties TEXT);
  CREATE TABLE IF NOT EXISTS in_work (id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL);
  INSERT OR IGNORE INTO in_work VALUES (1, 0);
  COMMIT`;

/**
 * Opens a spool's file, and creates it if it does not exist. The file stays locked until it is closed or the process ends.
 *
 * @throws the errors that {@link asKnown} returns.
 */
export function openSpoolDatabase(path: string): Database.Database {
  const db = known(() =>
    openDatabase(path, { isExclusive: true, cacheKib: 8000, prepare: (opened) => opened.exec(TABLES) }),
  );
  if (!existsSync(path)) {
    // Before the new file was locked, another process treated it as abandoned and deleted it.
    db.close();
    throw new SpoolHeld(`${path} is gone`);
  }
  return db;
}

const errors: Readonly<Record<FileTrouble, (message: string, cause: unknown) => Error>> = {
  held: (message) => new SpoolHeld(message),
  away: (message, cause) => new Unavailable("spool", message, cause),
  damaged: (message) => new SpoolCorrupt(message),
  unfit: (message) => new SpoolCorrupt(message),
};

/** Translates SQLite's errors into SpoolHeld, SpoolCorrupt and Unavailable. Other errors stay unchanged. */
export function asKnown(error: unknown): unknown {
  if (error instanceof z.ZodError) return new SpoolCorrupt(`it is not a spool's file: ${error.message}`);
  const trouble = fileTroubleOf(error);
  return trouble === null || !(error instanceof Error) ? error : errors[trouble](error.message, error);
}

/** Does the work, and translates its errors as {@link asKnown} does. */
export function known<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asKnown(error);
  }
}
