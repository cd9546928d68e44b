import { randomUUID } from "node:crypto";
import { appendFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { PRIVATE_FILE } from "../disk/private-files.ts";
import { errorCode } from "../domain/error-code.ts";
import { Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { SpoolCorrupt, SpoolHeld } from "./spool-database.ts";
import { SpoolFile } from "./spool-file.ts";
import type { DamagedRow } from "./spool-row.ts";

/**
 * How many times to try to open a file that another process has locked. If two processes open a file at the same moment, SQLite may
 * refuse both of them. Without another try, the file would stay until the next start.
 */
const HELD_TRIES = 5;
/** The longest pause before each further try. The pause is random, so that two processes do not stay in step. */
const HELD_PAUSE_MS = 40;

/**
 * The folder of a spool, in which each worker on this machine has one file. Every method throws `Unavailable` if the disk is the
 * cause.
 */
export class SpoolFolder {
  readonly #path: string;
  readonly #log: Log;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Opens the files that no process has locked, deletes the empty ones, and returns the others, oldest first. */
  takeOver(): SpoolFile[] {
    const files: SpoolFile[] = [];
    let paths = spoolFiles(this.#path);
    for (let tries = 0; paths.length > 0 && tries < HELD_TRIES; tries++) {
      if (tries > 0) sleep(Math.random() * HELD_PAUSE_MS);
      const held: string[] = [];
      for (const path of paths) {
        const file = this.#openLeft(path);
        if (file === "held") held.push(path);
        else if (file?.load.deliveries === 0) discard(file);
        else if (file !== null) files.push(file);
      }
      paths = held;
    }
    for (const { path, load } of files) this.#log.warn("spool_taken_over", { path, ...load });
    return files.sort((a, b) => (a.oldestAtMs() ?? 0) - (b.oldestAtMs() ?? 0));
  }

  /** Returns `held` for a file that another process has open; null for a file that was set aside or cannot be read. */
  #openLeft(path: string): SpoolFile | "held" | null {
    try {
      return this.#openFile(path);
    } catch (error) {
      if (error instanceof SpoolHeld) return "held";
      if (error instanceof SpoolCorrupt) this.setAside(path, error);
      else if (error instanceof Unavailable) this.#log.error("spool_unreadable", { path, error });
      else throw error;
      return null;
    }
  }

  #openFile(path: string): SpoolFile {
    return new SpoolFile(path, (row) => {
      const aside = `${path}.damaged-rows`;
      keepRow(aside, row);
      this.#log.error("spool_row_damaged", { path, row: row.seq, reason: row.reason, set_aside_in: aside });
    });
  }

  /** Renames a file that cannot be read. It is not deleted, because it may contain deliveries that are nowhere else. */
  setAside(path: string, error: SpoolCorrupt): void {
    const aside = `${path}.corrupt-${new Date().toISOString().replaceAll(":", "")}`;
    // The write-ahead log is kept too, because it contains commits that are not in the file yet.
    for (const end of ["-wal", ""]) renameIfThere(path + end, aside + end);
    this.#log.error("spool_corrupt", { path, set_aside_as: aside, error });
  }

  /** Creates a file for this worker. */
  create(): SpoolFile {
    makeSpoolFolder(this.#path);
    for (;;) {
      const path = join(this.#path, `${randomUUID()}.db`);
      try {
        return this.#openFile(path);
      } catch (error) {
        // Another worker that was starting has treated the new file as abandoned, and has locked or deleted it.
        if (error instanceof SpoolHeld) continue;
        // The file was created before the disk refused to write to it.
        removeFile(path);
        throw error instanceof SpoolCorrupt ? asUnavailable(error) : error;
      }
    }
  }
}

/** Blocks the process, so it may be called only before the process consumes anything from the broker. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Returns the paths of the files in a spool's folder that may be in use; an empty list if the folder does not exist. */
export function spoolFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".db"))
      .map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw asUnavailable(error);
  }
}

/**
 * Deletes an empty file while it is still locked, so that no other process takes it over first. If it cannot be deleted, e.g. because
 * the disk has become read-only, it stays, and the next worker tries again.
 */
export function discard(file: SpoolFile): void {
  removeFile(file.path);
  file.abandon();
  removeFile(file.path);
}

function removeFile(path: string): void {
  try {
    for (const end of ["", "-wal"]) rmSync(path + end, { force: true });
  } catch {
    // An empty file does no harm.
  }
}

/** Appends a row as a line of JSON. It is on the disk when this returns. */
function keepRow(path: string, { seq, reason, cells }: DamagedRow): void {
  try {
    appendFileSync(path, `${JSON.stringify({ seq, reason, ...cells })}\n`, {
      flush: true,
      mode: PRIVATE_FILE,
    });
  } catch (error) {
    throw asUnavailable(error);
  }
}

function makeSpoolFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw asUnavailable(error);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isMissing(error)) throw asUnavailable(error);
  }
}

/** Returns whether an error means that a path does not exist. A file in place of a folder counts too: opening the store reports it. */
function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(errorCode(error));
}

function asUnavailable(error: unknown): Unavailable {
  return new Unavailable("spool", error instanceof Error ? error.message : String(error), error);
}
