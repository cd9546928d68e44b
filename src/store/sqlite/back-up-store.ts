import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "libsql";
import { PRIVATE_FILE } from "../../disk/private-files.ts";
import { errorCode } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";
import { isStoreIn, storeFile } from "./store-file.ts";

/** Describes a backup before it is written. */
export interface BackupPlan {
  /** The file of the embedded store. */
  readonly store: string;
  /** The file to write. It replaces an earlier backup of this name. */
  readonly file: string;
  /** The approximate size of the backup. */
  readonly bytes: number;
  /** The free space on the disk of the backup. */
  readonly free_bytes: number;
}

export interface BackupOptions {
  /** Called regularly with the number of bytes written so far. */
  readonly onProgress: (bytes: number) => void;
  /** The compiled code of the thread. Tests must set it, because they run uncompiled code. */
  readonly entry?: URL;
}

/** The interval between two reports of progress. */
const PROGRESS_MS = 250;

/**
 * Checks that the embedded store can be backed up into a file. Writes nothing.
 *
 * @throws Misuse if there is no store, or if the file cannot be used for a backup.
 */
export function planBackup(dataDir: string, file: string): BackupPlan {
  const store = storeFile(dataDir);
  if (!isStoreIn(dataDir)) throw new Misuse([`there is no store in ${dataDir}; see DATA_DIR`]);
  if (file.trim() === "") throw new Misuse(["the name of the backup is empty: name a file"]);
  const target = fileBehind(file);
  const folder = dirname(target);
  if (!existsSync(folder)) throw new Misuse([`the folder of ${target} does not exist: create it first`]);
  if (existsSync(target) && !statSync(target).isFile()) throw new Misuse([`${file} is not a file`]);
  const own = realpathSync(store);
  if (["", "-wal", "-shm", "-journal"].some((end) => target === own + end)) {
    throw new Misuse([`${file} belongs to the store itself: name another file`]);
  }
  const { bavail, bsize } = statfsSync(folder);
  return { store, file: target, bytes: usedBytes(store), free_bytes: bavail * bsize };
}

/** The most symbolic links that are followed for one name: the limit of Linux. */
const MAX_LINKS = 40;

/** Resolves symbolic links, even to a file that does not exist yet, so that the backup replaces the file and not the link. */
function fileBehind(name: string, links = 0): string {
  if (existsSync(name)) return realpathSync(name);
  if (links === MAX_LINKS) throw new Misuse([`${name} is a link that leads to itself`]);
  let to: string;
  try {
    to = readlinkSync(name);
  } catch {
    // Not a link: the file does not exist.
    return resolve(name);
  }
  return fileBehind(resolve(realpathSync(dirname(name)), to), links + 1);
}

/** Returns the size of a store's file without its free pages. @throws Misuse if the file is not a store. */
function usedBytes(store: string): number {
  try {
    const db = new Database(store, { timeout: 0 });
    try {
      if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'resultsets'").get() === undefined)
        throw new Error("it is another program's database");
      const [{ bytes }] = db
        .prepare(
          `SELECT (page_count - freelist_count) * page_size AS bytes
             FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
        )
        .all() as [{ bytes: number }];
      return bytes;
    } finally {
      db.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Misuse([`the store ${store} cannot be read: ${reason}`]);
  }
}

/**
 * Writes a backup while workers use the store. The file appears under its name, in place of an earlier backup, only when it is
 * complete and on the disk. Only its owner may read it, because the store contains credentials.
 *
 * Unfinished files of earlier backups to the same file, which were killed, are removed first.
 *
 * @returns the size of the file in bytes.
 * @throws Error with SQLite's reason, e.g. a full disk. The unfinished file is then removed.
 */
export async function writeBackup({ store, file }: BackupPlan, options: BackupOptions): Promise<number> {
  removeStaleParts(file);
  const part = `${file}.part-${process.pid}`;
  // Created here because SQLite would create a file that everybody can read.
  closeSync(openSync(part, "wx", PRIVATE_FILE));
  const stopWatching = removeOnSignal(part);
  try {
    await vacuumInto(store, part, options);
    syncPath(part);
    renameSync(part, file);
    syncPath(dirname(file));
    return statSync(file).size;
  } finally {
    stopWatching();
    removePart(part);
  }
}

/** Removes the unfinished files of processes that no longer run. */
function removeStaleParts(file: string): void {
  const folder = dirname(file);
  const begin = `${basename(file)}.part-`;
  for (const name of readdirSync(folder).filter((each) => each.startsWith(begin))) {
    const [, pid] = /^(\d{1,10})(?:-journal)?$/.exec(name.slice(begin.length)) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** Removes an unfinished file and its rollback journal. */
function removePart(part: string): void {
  for (const path of [part, `${part}-journal`]) rmSync(path, { force: true });
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}

/**
 * Removes the file if a signal ends this process. The process then exits immediately, because SQLite cannot be interrupted.
 *
 * @returns a function that stops watching for signals.
 */
function removeOnSignal(part: string): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const end = (signal: NodeJS.Signals): void => {
    removePart(part);
    stopWatching();
    process.kill(process.pid, signal);
  };
  const stopWatching = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  return stopWatching;
}

async function vacuumInto(from: string, into: string, { onProgress, entry }: BackupOptions): Promise<void> {
  const thread = new Worker(entry ?? new URL("./backup-thread-entry.js", import.meta.url), {
    workerData: { from, into },
  });
  const watch = setInterval(() => onProgress(statSync(into).size), PROGRESS_MS);
  try {
    const failure = await new Promise<unknown>((resolve, reject) => {
      thread.once("message", resolve).once("error", reject);
      thread.once("exit", () => reject(new Error("the backup thread exited unexpectedly")));
    });
    if (failure !== null) throw new Error(String(failure));
  } finally {
    clearInterval(watch);
    await thread.terminate();
  }
}

/** Flushes a file to the disk, or, for a folder, the names in it. */
function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
