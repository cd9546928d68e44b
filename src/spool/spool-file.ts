import type Database from "libsql";
import { watchPlace } from "../disk/file-place.ts";
import { transact } from "../disk/transact.ts";
import { Unavailable } from "../domain/faults.ts";
import { known, openSpoolDatabase } from "./spool-database.ts";
import { changeLoad, type SpoolLoad } from "./spool-load.ts";
import { createSpoolReads, type ExchangeCount, type FrontLimits } from "./spool-reads.ts";
import { type DamagedRow, readSpoolRow, type SpoolEntry, type SpooledDelivery } from "./spool-row.ts";

/** An empty file that has grown beyond this many pages is shrunk. */
const SHRINK_PAGES = 16 * 1024;

/**
 * Deliveries in one local SQLite file, in the order of their arrival. The process that has the file open holds a lock on it. The
 * operating system releases this lock when the process ends, however it ends. After `append` returns, the deliveries are on the
 * disk.
 *
 * All methods are synchronous, because the driver is. A write blocks the process for one flush of the disk.
 */
export class SpoolFile {
  readonly path: string;
  readonly #onDamaged: (row: DamagedRow) => void;
  readonly #db: Database.Database;
  readonly #place: ReturnType<typeof watchPlace>;
  #logPlace: ReturnType<typeof watchPlace>;
  readonly #reads: ReturnType<typeof createSpoolReads>;
  /** The highest `seq` that has been removed. */
  #goneThrough = 0;
  #holdsRemoved = false;
  /** The `seq` of damaged rows that `onDamaged` has saved, but that could not be deleted yet. They must not be saved twice. */
  readonly #setAside = new Set<number>();
  #load: SpoolLoad;

  /**
   * Opens the file, and creates it if it does not exist.
   *
   * @param onDamaged - saves the content of one row, which is deleted from the file afterwards.
   * @throws SpoolHeld, SpoolCorrupt, or Unavailable if the folder or the disk is the cause.
   */
  constructor(path: string, onDamaged: (row: DamagedRow) => void) {
    this.path = path;
    this.#onDamaged = onDamaged;
    this.#db = openSpoolDatabase(path);
    this.#place = watchPlace(path);
    this.#logPlace = watchPlace(logOf(path));
    try {
      this.#reads = createSpoolReads(this.#db);
      const { deliveries, bytes } = this.#reads.sumUp(this.#goneThrough);
      this.#load = { deliveries, jobs: deliveries, bytes };
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Whether the file was deleted or moved away. This process can still use it, but no other process would find it. */
  get isGone(): boolean {
    return this.#place() !== "kept";
  }

  /** Whether removed deliveries are still in the file, because the disk has no room to delete them. */
  get holdsRemoved(): boolean {
    return this.#holdsRemoved;
  }

  get load(): SpoolLoad {
    return this.#load;
  }

  /** Appends all entries in this order. They are on the disk when it returns. @throws Unavailable; nothing was appended then. */
  append(entries: readonly SpoolEntry[]): void {
    if (this.#logPlace() !== "kept") this.#beginLog();
    this.#write(() => {
      const insert = this.#db.prepare(
        `INSERT INTO deliveries (exchange, routing_key, redelivered, received_at_ms, body, oversize, properties, jobs)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      );
      for (const { delivery, jobs } of entries) {
        const { exchange, routingKey, redelivered, receivedAtMs, body, oversize, properties } = delivery;
        const cut = oversize === null ? null : JSON.stringify(oversize);
        const declared = properties === undefined ? null : JSON.stringify(properties);
        insert.run(exchange, routingKey, redelivered ? 1 : 0, receivedAtMs, body, cut, declared, jobs);
      }
    });
    this.#load = changeLoad(this.#load, entries, 1);
  }

  /**
   * Returns the oldest deliveries, which stay until they are removed. Before that, it records durably that they are in progress,
   * so that they become suspects if the process dies. A row that is not a delivery is passed to `onDamaged`.
   */
  front(limits: FrontLimits): SpooledDelivery[] {
    const found = this.#readable(limits);
    const last = found.at(-1);
    if (last !== undefined) this.#noteInWork(last.seq);
    return found;
  }

  /**
   * Removes these deliveries, which must be the oldest ones. If the disk is too full to delete them, they are skipped from now on,
   * and deleted with a later batch. If the process dies before that, the next process drains them a second time.
   */
  remove(done: readonly SpooledDelivery[]): void {
    for (const { seq } of done) this.#goneThrough = Math.max(this.#goneThrough, seq);
    this.#load = changeLoad(this.#load, done, -1);
    try {
      this.#write(() => this.#db.prepare("DELETE FROM deliveries WHERE seq <= ?").run([this.#goneThrough]));
      this.#holdsRemoved = false;
      if (this.#load.deliveries === 0) this.#shrink();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.#holdsRemoved = true;
    }
  }

  /** Returns the number of deliveries of each exchange. */
  byExchange(): ExchangeCount[] {
    return this.#reads.countByExchange();
  }

  /** Returns when the oldest delivery arrived, in milliseconds since the epoch; null if the file is empty. */
  oldestAtMs(): number | null {
    return this.#reads.oldestAtMs(this.#goneThrough);
  }

  /** Unlocks the file. Deliveries in progress are not suspects for the next process, because this one ends normally. */
  close(): void {
    try {
      this.#write(() =>
        this.#db.prepare("UPDATE in_work SET through = ?").run([this.#reads.found.suspectThrough]),
      );
      // Prepared statements keep the connection and its lock until they are garbage collected, so the lock is released here.
      this.#db.exec("PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT * FROM in_work");
    } finally {
      this.#db.close();
    }
  }

  /** Unlocks the file without writing to it, as if the process were killed. For files that cannot be written any more. */
  abandon(): void {
    this.#db.close();
  }

  #noteInWork(through: number): void {
    try {
      this.#write(() => this.#db.prepare("UPDATE in_work SET through = max(through, ?)").run([through]));
    } catch (error) {
      // On a full disk, draining is more important than knowing the suspects, because it makes room.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** Returns the oldest deliveries that can be read. The list is empty only if no rows are left. */
  #readable(limits: FrontLimits): SpooledDelivery[] {
    for (;;) {
      const rows = this.#reads.firstRows(this.#goneThrough, limits);
      const read = rows.map((row) => readSpoolRow(row, this.#reads.found));
      const damaged = read.flatMap((each) => ("reason" in each ? [each] : []));
      if (damaged.length > 0) this.#setRowsAside(damaged);
      const found = read.flatMap((each) => ("reason" in each ? [] : [each]));
      if (found.length > 0 || rows.length === 0) return found;
    }
  }

  #setRowsAside(damaged: readonly DamagedRow[]): void {
    for (const row of damaged) {
      if (!this.#setAside.has(row.seq)) this.#onDamaged(row);
      this.#setAside.add(row.seq);
    }
    this.#write(() => {
      const remove = this.#db.prepare("DELETE FROM deliveries WHERE seq = ?");
      for (const { seq } of damaged) remove.run([seq]);
    });
    this.#setAside.clear();
    const { deliveries, bytes } = this.#reads.sumUp(this.#goneThrough);
    this.#load = { deliveries, bytes, jobs: deliveries === 0 ? 0 : this.#load.jobs - damaged.length };
  }

  /** Starts a new write-ahead log after somebody has deleted the last one. Its content is written to the file first. */
  #beginLog(): void {
    known(() => this.#db.exec("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL"));
    this.#logPlace = watchPlace(logOf(this.path));
  }

  #write(work: () => void): void {
    known(() => transact(this.#db, work));
  }

  /** Returns to the disk the space that a long outage used. */
  #shrink(): void {
    try {
      if (this.#reads.countPages() <= SHRINK_PAGES) return;
      known(() => this.#db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"));
    } catch (error) {
      // The file then keeps its size, which does no harm.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}

function logOf(path: string): string {
  return `${path}-wal`;
}
