import { Unavailable } from "../domain/faults.ts";
import type { Log } from "../log.ts";
import { SpoolCorrupt } from "./spool-database.ts";
import type { SpoolFile } from "./spool-file.ts";
import { discard, SpoolFolder } from "./spool-folder.ts";
import { bytesOf, type SpoolLoad } from "./spool-load.ts";
import type { ExchangeCount, FrontLimits } from "./spool-reads.ts";
import type { SpoolEntry, SpooledDelivery } from "./spool-row.ts";

export interface SpoolOptions {
  /** Created if it does not exist. */
  readonly folder: string;
  /** The most bytes of bodies and routes in this worker's own file. */
  readonly maxBytes: number;
  readonly log: Log;
}

/** The oldest deliveries of the spool, all from one file. */
export interface SpoolFront {
  readonly deliveries: readonly SpooledDelivery[];
  /** Removes deliveries whose jobs have ended. They must be the first of these deliveries, without gaps. */
  remove(done: readonly SpooledDelivery[]): void;
}

/**
 * Deliveries that wait on this machine's disk until the store is back. The files that dead workers left behind come first, the
 * oldest of them first, and then this worker's own file. Every method throws `Unavailable` if the disk is the cause.
 */
export interface Spool {
  /** The number of deliveries of each exchange that earlier workers left in the spool. */
  readonly takenOver: readonly ExchangeCount[];
  readonly load: SpoolLoad;
  /** When the oldest delivery arrived, in milliseconds since the epoch; null if the spool is empty. */
  oldestAtMs(): number | null;
  /**
   * Appends deliveries. They are on the disk when it returns.
   *
   * @param limit - `over-limit` for deliveries that are moved from the front to the end, and so need no more room.
   * @throws Unavailable, also if the spool is full. Nothing was appended then.
   */
  append(entries: readonly SpoolEntry[], limit?: "over-limit"): void;
  /** Returns the oldest deliveries; null if the spool is empty. They stay until they are removed. */
  front(limits: FrontLimits): SpoolFront | null;
  /** Closes the files. Empty files are deleted, and the others are left for the next worker. */
  close(): void;
}

/** The limits of one step when the deliveries of a file are copied. */
const AT_ONCE = { maxItems: 1000, maxBytes: 16 * 1024 ** 2 };
const CORRUPT_TWICE = "its file became corrupt, and so did a new one: check the disk";
const GONE =
  "the file of the spool was deleted or moved; do not kill the worker: it still writes these deliveries to the store, or to a new file when it is stopped, and they are lost if it is killed before that";

const LOST =
  "the file of the spool was deleted or moved, and its deliveries could not be copied to a new file when the worker stopped; if the file was moved, put it back into the folder of the spool, and the next worker stores them";

/**
 * Takes over the files in the folder that no process has locked. This worker's own file is created when it is first needed. A file
 * that cannot be read is renamed, and an error is logged, because it may contain deliveries that are nowhere else.
 *
 * @throws Unavailable if the folder cannot be created or read.
 */
export function openSpool({ folder, maxBytes, log }: SpoolOptions): Spool {
  let own: SpoolFile | null = null;
  const files = new SpoolFolder(folder, log);
  const left = files.takeOver();
  const takenOver = [...left].flatMap((file) => using(file, () => file.byExchange(), []));

  /** Does the work on a file. If the file is corrupt, it is set aside, and the spool continues without it. */
  function using<T>(file: SpoolFile, work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SpoolCorrupt)) throw error;
      drop(file);
      file.abandon();
      files.setAside(file.path, error);
      return otherwise;
    }
  }

  function drop(file: SpoolFile): void {
    const at = left.indexOf(file);
    if (at >= 0) left.splice(at, 1);
    if (own === file) own = null;
  }

  const opened = (): SpoolFile[] => (own === null ? left : [...left, own]);

  return {
    takenOver,
    get load() {
      const sum = { deliveries: 0, jobs: 0, bytes: 0 };
      for (const { load } of opened()) {
        sum.deliveries += load.deliveries;
        sum.jobs += load.jobs;
        sum.bytes += load.bytes;
      }
      return sum;
    },
    oldestAtMs() {
      const first = opened().find(({ load }) => load.deliveries > 0);
      return first === undefined ? null : using(first, () => first.oldestAtMs(), null);
    },
    append(entries, limit) {
      const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), own?.load.bytes ?? 0);
      if (bytes > maxBytes && limit === undefined)
        throw new Unavailable("spool", `it is full: SPOOL_MAX_BYTES is ${maxBytes}`);
      if (own?.isGone) continueWithout(own);
      if (appendToOwn(entries)) return;
      // The file was corrupt. If a new file is corrupt too, the disk is to blame.
      if (!appendToOwn(entries)) throw new Unavailable("spool", CORRUPT_TWICE);
    },
    front(limits) {
      for (const file of opened()) {
        const deliveries = using(file, () => file.front(limits), []);
        if (deliveries.length === 0) continue;
        return { deliveries, remove: (done) => using(file, () => remove(file, done), undefined) };
      }
      return null;
    },
    close() {
      for (const file of opened()) {
        if (file.load.deliveries === 0) discard(file);
        else if (file.isGone) rescue(file);
        else closeFile(file);
      }
    },
  };

  /** Continues without a file that is gone. Its deliveries are still drained first, and `close` rescues those that are left. */
  function continueWithout(file: SpoolFile): void {
    log.error("spool_file_gone", { path: file.path, ...file.load, hint: GONE });
    own = null;
    if (file.load.deliveries > 0) left.push(file);
    else file.abandon();
  }

  /** Copies the deliveries of a file that is gone into a new one, for the next worker. */
  function rescue(file: SpoolFile): void {
    try {
      const into = files.create();
      for (let some = file.front(AT_ONCE); some.length > 0; some = file.front(AT_ONCE)) {
        into.append(some);
        file.remove(some);
      }
      closeFile(into);
    } catch (error) {
      log.error("spool_file_lost", { path: file.path, ...file.load, hint: LOST, error });
    }
    file.abandon();
  }

  /** Appends to this worker's own file. Returns false if the file is corrupt, and has been set aside with nothing appended. */
  function appendToOwn(entries: readonly SpoolEntry[]): boolean {
    own ??= files.create();
    const file = own;
    return using(file, () => append(file, entries), false);
  }

  function append(file: SpoolFile, entries: readonly SpoolEntry[]): true {
    file.append(entries);
    return true;
  }

  function remove(file: SpoolFile, done: readonly SpooledDelivery[]): void {
    file.remove(done);
    // This worker's own file is kept for the next outage, unless it still contains removed deliveries because the disk is full.
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
