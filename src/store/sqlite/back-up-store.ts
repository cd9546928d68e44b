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

/** What a backup would write, and where. */
export interface BackupPlan {
  /** The file of the embedded store. */
  readonly store: string;
  /** The file to write. An earlier backup of this name is replaced. */
  readonly file: string;
  /** About how many bytes are written. */
  readonly bytes: number;
  /** What is free on the disk of the backup. */
  readonly free_bytes: number;
}

export interface BackupOptions {
  /** Called now and then with the bytes that are written. */
  readonly onProgress: (bytes: number) => void;
  /** The compiled code of the thread. Tests, which are not compiled, name it. */
  readonly entry?: URL;
}

const LOOK_MS = 250;

/**
 * Checks that the embedded store can be backed up into a file. Nothing is written.
 *
 * @throws Misuse if there is no store, or if the file cannot be one for a backup.
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

/** How many links in a row are followed, as by Linux. */
const MAX_LINKS = 40;

/** Returns the file that a name stands for. A link is followed, so that it stays, even if its file does not exist yet. */
function fileBehind(name: string, links = 0): string {
  if (existsSync(name)) return realpathSync(name);
  if (links === MAX_LINKS) throw new Misuse([`${name} is a link that leads to itself`]);
  let to: string;
  try {
    to = readlinkSync(name);
  } catch {
    // It is not a link, and does not exist.
    return resolve(name);
  }
  return fileBehind(resolve(realpathSync(dirname(name)), to), links + 1);
}

/** Returns the size of what a store's file holds, without its free pages. @throws Misuse if it is not a store. */
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
 * Writes a backup, while workers use the store. The file appears under its name only when it is complete and on the disk, and
 * replaces an earlier one. It is for its owner alone, because the store holds credentials.
 *
 * What an earlier backup into this file has left that was killed is removed first.
 *
 * @returns the size of the file in bytes.
 * @throws Error with SQLite's reason, e.g. a full disk. Nothing is left then.
 */
export async function writeBackup({ store, file }: BackupPlan, options: BackupOptions): Promise<number> {
  removeLeavings(file);
  const part = `${file}.part-${process.pid}`;
  // Created before SQLite writes, which would create a file that everybody can read.
  closeSync(openSync(part, "wx", PRIVATE_FILE));
  const forget = removeOnSignal(part);
  try {
    await vacuumInto(store, part, options);
    syncPath(part);
    renameSync(part, file);
    syncPath(dirname(file));
    return statSync(file).size;
  } finally {
    forget();
    removePart(part);
  }
}

/** Removes the unfinished files of processes that have ended. */
function removeLeavings(file: string): void {
  const folder = dirname(file);
  const begin = `${basename(file)}.part-`;
  for (const name of readdirSync(folder).filter((each) => each.startsWith(begin))) {
    const [, pid] = /^(\d{1,10})(?:-journal)?$/.exec(name.slice(begin.length)) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** Removes an unfinished file, and the one that SQLite keeps beside it while it writes. */
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

/** Removes the file if a signal ends this process. SQLite cannot be interrupted, so the process ends at once, as without this. */
function removeOnSignal(part: string): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const end = (signal: NodeJS.Signals): void => {
    removePart(part);
    forget();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  return forget;
}

async function vacuumInto(from: string, into: string, { onProgress, entry }: BackupOptions): Promise<void> {
  const thread = new Worker(entry ?? new URL("./backup-thread-entry.js", import.meta.url), {
    workerData: { from, into },
  });
  const watch = setInterval(() => onProgress(statSync(into).size), LOOK_MS);
  try {
    const failure = await new Promise<unknown>((resolve, reject) => {
      thread.once("message", resolve).once("error", reject);
      thread.once("exit", () => reject(new Error("the thread of the backup has ended")));
    });
    if (failure !== null) throw new Error(String(failure));
  } finally {
    clearInterval(watch);
    await thread.terminate();
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
function syncPath(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
