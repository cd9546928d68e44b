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
import { bytesOf, type SpoolLoad } from "./spool-load.ts";
import type { ExchangeCount, FrontLimits } from "./spool-reads.ts";
import type { DamagedRow, SpoolEntry, SpooledDelivery } from "./spool-row.ts";

export interface SpoolOptions {
  /** Created if it does not exist. */
  readonly folder: string;
  /** The most bytes of bodies and routes in this worker's own file. */
  readonly maxBytes: number;
  readonly log: Log;
}

/**
 * How often a file that is held is tried. If two processes open a file at the same moment, SQLite may refuse both of them, and
 * the file would stay until the next start.
 */
const HELD_TRIES = 5;
/** The longest pause before each further try. It is random, so that two processes do not stay in step. */
const HELD_PAUSE_MS = 40;

/** A part of the front, all from one file. */
export interface SpoolFront {
  readonly deliveries: readonly SpooledDelivery[];
  /** Removes deliveries that have ended: the first ones of the front, without gaps. */
  remove(done: readonly SpooledDelivery[]): void;
}

/**
 * Deliveries that wait on this machine's disk until the store is back: first the files that dead workers left, oldest first,
 * then this worker's own file. Every method throws `Unavailable` if the disk is to blame.
 */
export interface Spool {
  /** The deliveries that dead workers left, as they were found. */
  readonly takenOver: readonly ExchangeCount[];
  readonly load: SpoolLoad;
  /** When the oldest delivery arrived, in milliseconds since the epoch; null if the spool is empty. */
  oldestAtMs(): number | null;
  /** Appends deliveries, durably when it returns. @throws Unavailable also if the spool is full: nothing was appended. */
  append(entries: readonly SpoolEntry[]): void;
  /** Returns the oldest deliveries; null if the spool is empty. They stay until they are removed. */
  front(limits: FrontLimits): SpoolFront | null;
  /** Closes the files. Empty ones are deleted, the others are left for the next worker. */
  close(): void;
}

/**
 * Takes over the files in the folder that no process holds. This worker's own file is created when it is first needed. A file
 * that cannot be read is renamed, with an error in the log, because it may hold deliveries that are nowhere else.
 *
 * @throws Unavailable if the folder cannot be created or read.
 */
export function openSpool({ folder, maxBytes, log }: SpoolOptions): Spool {
  let own: SpoolFile | null = null;
  const left = takeOver();
  const takenOver = [...left].flatMap((file) => using(file, () => file.byExchange(), []));

  function takeOver(): SpoolFile[] {
    const files: SpoolFile[] = [];
    let paths = spoolFiles(folder);
    for (let tries = 0; paths.length > 0 && tries < HELD_TRIES; tries++) {
      if (tries > 0) sleep(Math.random() * HELD_PAUSE_MS);
      const held: string[] = [];
      for (const path of paths) {
        const file = openLeft(path);
        if (file === "held") held.push(path);
        else if (file?.load.deliveries === 0) discard(file);
        else if (file !== null) files.push(file);
      }
      paths = held;
    }
    for (const { path, load } of files) log.warn("spool_taken_over", { path, ...load });
    return files.sort((a, b) => (a.oldestAtMs() ?? 0) - (b.oldestAtMs() ?? 0));
  }

  /** Returns `held` for a file that another process has open; null for a file that was set aside or cannot be read. */
  function openLeft(path: string): SpoolFile | "held" | null {
    try {
      return openFile(path);
    } catch (error) {
      if (error instanceof SpoolHeld) return "held";
      if (error instanceof SpoolCorrupt) setAside(path, error);
      else if (error instanceof Unavailable) log.error("spool_unreadable", { path, error });
      else throw error;
      return null;
    }
  }

  function openFile(path: string): SpoolFile {
    return new SpoolFile(path, (row) => {
      const aside = `${path}.damaged-rows`;
      keepRow(aside, row);
      log.error("spool_row_damaged", { path, row: row.seq, reason: row.reason, set_aside_in: aside });
    });
  }

  function setAside(path: string, error: SpoolCorrupt): void {
    const aside = `${path}.corrupt-${new Date().toISOString().replaceAll(":", "")}`;
    // The write-ahead log is kept too, because it holds commits that the file does not have yet.
    for (const end of ["-wal", ""]) renameIfThere(path + end, aside + end);
    log.error("spool_corrupt", { path, set_aside_as: aside, error });
  }

  function makeOwn(): SpoolFile {
    makeSpoolFolder(folder);
    for (;;) {
      const path = join(folder, `${randomUUID()}.db`);
      try {
        return openFile(path);
      } catch (error) {
        // Another worker that is starting treats the new file as abandoned, and deletes it.
        if (error instanceof SpoolHeld) continue;
        // The file was created before the disk refused to write to it.
        removeFile(path);
        throw error;
      }
    }
  }

  /** Does the work on a file. If the file is corrupt, it is set aside, and the spool continues without it. */
  function using<T>(file: SpoolFile, work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SpoolCorrupt)) throw error;
      drop(file);
      file.abandon();
      setAside(file.path, error);
      return otherwise;
    }
  }

  function drop(file: SpoolFile): void {
    const at = left.indexOf(file);
    if (at >= 0) left.splice(at, 1);
    if (own === file) own = null;
  }

  const files = (): SpoolFile[] => (own === null ? left : [...left, own]);

  return {
    takenOver,
    get load() {
      const sum = { deliveries: 0, jobs: 0, bytes: 0 };
      for (const { load } of files()) {
        sum.deliveries += load.deliveries;
        sum.jobs += load.jobs;
        sum.bytes += load.bytes;
      }
      return sum;
    },
    oldestAtMs() {
      const first = files().find(({ load }) => load.deliveries > 0);
      return first === undefined ? null : using(first, () => first.oldestAtMs(), null);
    },
    append(entries) {
      const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), own?.load.bytes ?? 0);
      if (bytes > maxBytes) throw new Unavailable("spool", `it is full: SPOOL_MAX_BYTES is ${maxBytes}`);
      own ??= makeOwn();
      const file = own;
      if (using(file, () => append(file, entries), false)) return;
      own = makeOwn();
      own.append(entries);
    },
    front(limits) {
      for (const file of files()) {
        const deliveries = using(file, () => file.front(limits), []);
        if (deliveries.length === 0) continue;
        return { deliveries, remove: (done) => using(file, () => remove(file, done), undefined) };
      }
      return null;
    },
    close() {
      for (const file of files()) {
        if (file.load.deliveries === 0) discard(file);
        else closeFile(file);
      }
    },
  };

  function append(file: SpoolFile, entries: readonly SpoolEntry[]): true {
    file.append(entries);
    return true;
  }

  function remove(file: SpoolFile, done: readonly SpooledDelivery[]): void {
    file.remove(done);
    // This worker's own file stays for the next outage, unless removed deliveries are still in it because the disk is full.
    if (file.load.deliveries > 0 || (file === own && !file.holdsRemoved)) return;
    drop(file);
    discard(file);
  }

  /** Closes a file. If that fails, the deliveries of the last batch become suspects, but nothing is lost. */
  function closeFile(file: SpoolFile): void {
    try {
      file.close();
    } catch (error) {
      log.warn("spool_close", { path: file.path, error });
    }
  }
}

/** Blocks the process. Only allowed before it takes anything from the broker. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Returns the files in a spool's folder that may be in use; none if the folder does not exist. */
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

/** Deletes a file while it is still locked, so that no other process takes it over first. */
function discard(file: SpoolFile): void {
  rmSync(file.path, { force: true });
  file.abandon();
  removeFile(file.path);
}

function removeFile(path: string): void {
  for (const end of ["", "-wal"]) rmSync(path + end, { force: true });
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

/** Returns whether a path does not exist. A file where a folder should be counts too: opening the store reports that. */
function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(errorCode(error));
}

function asUnavailable(error: unknown): Unavailable {
  return new Unavailable("spool", error instanceof Error ? error.message : String(error), error);
}
