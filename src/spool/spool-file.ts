import { isAnyArrayBuffer } from "node:util/types";
import type Database from "libsql";
import * as z from "zod";
import { transact } from "../disk/transact.ts";
import { Unavailable } from "../domain/faults.ts";
import { asKnown, openSpoolDatabase } from "./spool-database.ts";
import {
  type DamagedRow,
  readSpoolRow,
  rowCells,
  type SpoolEntry,
  type SpooledDelivery,
} from "./spool-row.ts";

/** How much a spool holds. */
export interface SpoolLoad {
  readonly deliveries: number;
  readonly jobs: number;
  /** Bodies and routes, with a flat sum for the rest. */
  readonly bytes: number;
}

export interface FrontLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** What a row costs besides its body and route, roughly. */
const ROW_BYTES = 64;
/** An empty file that has grown beyond this many pages (of 4 KiB) is shrunk. */
const SHRINK_PAGES = 16 * 1024;

const place = z.object({ seq: z.number(), bytes: z.number() });
const sums = z.object({ deliveries: z.number(), bytes: z.number() });
/** Only to be counted by: what is wrong with one shows when it is read. */
const exchangeName = z
  .custom<ArrayBuffer>(isAnyArrayBuffer)
  .transform((bytes) => Buffer.from(bytes).toString());
const exchangeCount = z.object({ exchange: exchangeName, deliveries: z.number() });
export type ExchangeCount = z.infer<typeof exchangeCount>;
const oldest = z.object({ at: z.number() });
const bounds = z.object({ through: z.number(), last: z.number(), has_properties: z.number() });

/**
 * Deliveries in one local SQLite file, in the order of their arrival. The process that has it open holds it locked,
 * by a lock of the operating system's that ends with the process, however that ends. What `append` took is on the
 * disk when it returns.
 *
 * Synchronous, as the driver is: a write stalls the process for one flush of the disk.
 */
export class SpoolFile {
  readonly path: string;
  readonly #onDamaged: (row: DamagedRow) => void;
  readonly #db: Database.Database;
  /** Up to here a worker before us had it in work when it died. */
  readonly #suspectThrough: number;
  /** Up to here it was appended by a worker before us: what that one counted is not known here. */
  readonly #foundThrough: number;
  /** Not in a file of an earlier version, which is never appended to. */
  readonly #hasProperties: boolean;
  /** Up to here all have been taken out. */
  #goneThrough = 0;
  #holdsRemoved = false;
  /** Damaged rows that were given away, and are in the file as long as the disk takes no deletion: not given twice. */
  readonly #givenAway = new Set<number>();
  #load: SpoolLoad;

  /**
   * Opens the file, and makes it where there is none.
   *
   * @param onDamaged - is to keep what one row holds, which leaves the file when it returns.
   * @throws SpoolHeld; SpoolCorrupt; Unavailable where the folder or the disk is to blame.
   */
  constructor(path: string, onDamaged: (row: DamagedRow) => void) {
    this.path = path;
    this.#onDamaged = onDamaged;
    this.#db = openSpoolDatabase(path);
    try {
      const query = `SELECT (SELECT through FROM in_work) AS through, coalesce(max(seq), 0) AS last,
          (SELECT count(*) FROM pragma_table_info('deliveries') WHERE name = 'properties') AS has_properties
        FROM deliveries`;
      const { through, last, has_properties } = bounds.parse(this.#db.prepare(query).get());
      this.#suspectThrough = through;
      this.#hasProperties = has_properties === 1;
      this.#foundThrough = last;
      const { deliveries, bytes } = this.#sums();
      this.#load = { deliveries, jobs: deliveries, bytes };
    } catch (error) {
      this.#db.close();
      throw asKnown(error);
    }
  }

  /** Whether some of what was taken out is still in the file, for want of space to delete it. */
  get holdsRemoved(): boolean {
    return this.#holdsRemoved;
  }

  get load(): SpoolLoad {
    return this.#load;
  }

  /** All of them, at the end, in this order; durable when it returns. @throws Unavailable: nothing was appended. */
  append(entries: readonly SpoolEntry[]): void {
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
    this.#grow(entries, 1);
  }

  /**
   * The oldest, which stay until they are removed. That they are in work is noted durably first: should the process
   * die now, these are the suspects. A row that is no delivery is given away before.
   */
  front(limits: FrontLimits): SpooledDelivery[] {
    const found = this.#readable(limits);
    const last = found.at(-1);
    if (last !== undefined) this.#noteInWork(last.seq);
    return found;
  }

  /**
   * Takes out these, the first of the front. Where the disk is too full even for that, they are only left out from
   * now on, and deleted with a later batch: a process that dies before drains them a second time.
   */
  remove(done: readonly SpooledDelivery[]): void {
    for (const { seq } of done) this.#goneThrough = Math.max(this.#goneThrough, seq);
    this.#grow(done, -1);
    try {
      this.#write(() => this.#db.prepare("DELETE FROM deliveries WHERE seq <= ?").run([this.#goneThrough]));
      this.#holdsRemoved = false;
      if (this.#load.deliveries === 0) this.#shrink();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.#holdsRemoved = true;
    }
  }

  /** How many deliveries there are of each exchange. */
  byExchange(): ExchangeCount[] {
    try {
      const query = `SELECT CAST(exchange AS BLOB) AS exchange, count(*) AS deliveries
        FROM deliveries GROUP BY 1`;
      return z.array(exchangeCount).parse(this.#db.prepare(query).all());
    } catch (error) {
      throw asKnown(error);
    }
  }

  /** When the oldest came, in milliseconds since the epoch; null: it is empty. */
  oldestAtMs(): number | null {
    try {
      const query = `SELECT coalesce(CAST(received_at_ms AS REAL), 0) AS at FROM deliveries
        WHERE seq > ? ORDER BY seq LIMIT 1`;
      const found: unknown = this.#db.prepare(query).get([this.#goneThrough]);
      return found === undefined ? null : oldest.parse(found).at;
    } catch (error) {
      throw asKnown(error);
    }
  }

  /** Unlocks the file. What we had in work is no suspect for the next process: we did not die of it. */
  close(): void {
    try {
      this.#write(() => this.#db.prepare("UPDATE in_work SET through = ?").run([this.#suspectThrough]));
      // Prepared statements keep the connection, and its lock, until they are collected: let go of it here.
      this.#db.exec("PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT * FROM in_work");
    } finally {
      this.#db.close();
    }
  }

  /** Unlocks it as a killed process would: for a file that cannot be written any more. */
  abandon(): void {
    this.#db.close();
  }

  #noteInWork(through: number): void {
    try {
      this.#write(() => this.#db.prepare("UPDATE in_work SET through = max(through, ?)").run([through]));
    } catch (error) {
      // On a full disk draining goes before knowing the suspects: it is what empties the disk.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** Some of the front that can be read; none only where there is nothing more. */
  #readable(limits: FrontLimits): SpooledDelivery[] {
    for (;;) {
      const rows = this.#firstRows(limits);
      const read = rows.map((row) =>
        readSpoolRow(row, { suspectThrough: this.#suspectThrough, foundThrough: this.#foundThrough }),
      );
      const damaged = read.flatMap((each) => ("reason" in each ? [each] : []));
      if (damaged.length > 0) this.#giveAway(damaged);
      const found = read.flatMap((each) => ("reason" in each ? [] : [each]));
      if (found.length > 0 || rows.length === 0) return found;
    }
  }

  #firstRows({ maxItems, maxBytes }: FrontLimits): unknown[] {
    try {
      // Sizes first, so that no more bodies are read than are given.
      const sizes = this.#db.prepare(
        "SELECT seq, coalesce(length(body), 0) AS bytes FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?",
      );
      const places = z.array(place).parse(sizes.all([this.#goneThrough, maxItems]));
      const query = this.#db.prepare(
        `SELECT ${rowCells(this.#hasProperties)} FROM deliveries WHERE seq > ? AND seq <= ? ORDER BY seq`,
      );
      return query.all([this.#goneThrough, lastWithin(places, maxBytes)]);
    } catch (error) {
      throw asKnown(error);
    }
  }

  #giveAway(damaged: readonly DamagedRow[]): void {
    for (const row of damaged) {
      if (!this.#givenAway.has(row.seq)) this.#onDamaged(row);
      this.#givenAway.add(row.seq);
    }
    this.#write(() => {
      const remove = this.#db.prepare("DELETE FROM deliveries WHERE seq = ?");
      for (const { seq } of damaged) remove.run([seq]);
    });
    this.#givenAway.clear();
    const { deliveries, bytes } = this.#sums();
    this.#load = { deliveries, bytes, jobs: deliveries === 0 ? 0 : this.#load.jobs - damaged.length };
  }

  #sums(): z.infer<typeof sums> {
    const query = `SELECT count(*) AS deliveries,
        coalesce(sum(length(body) + length(exchange) + length(routing_key) + ${ROW_BYTES}${
          this.#hasProperties ? " + coalesce(length(properties), 0)" : ""
        }), 0) AS bytes
      FROM deliveries WHERE seq > ?`;
    return sums.parse(this.#db.prepare(query).get([this.#goneThrough]));
  }

  #write(work: () => void): void {
    try {
      transact(this.#db, work);
    } catch (error) {
      throw asKnown(error);
    }
  }

  #grow(entries: readonly SpoolEntry[], sign: 1 | -1): void {
    let { deliveries, jobs, bytes } = this.#load;
    deliveries += sign * entries.length;
    for (const entry of entries) {
      jobs += sign * entry.jobs;
      bytes += sign * bytesOf(entry);
    }
    this.#load = { deliveries, jobs, bytes: deliveries === 0 ? 0 : bytes };
  }

  /** Gives the disk back what a long outage took. */
  #shrink(): void {
    try {
      const pages = z.object({ page_count: z.number() }).parse(this.#db.prepare("PRAGMA page_count").get());
      if (pages.page_count > SHRINK_PAGES) this.#db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      // It only stays as large as it is.
      if (!(asKnown(error) instanceof Unavailable)) throw asKnown(error);
    }
  }
}

/** What an entry counts towards the limit. */
export function bytesOf({ delivery }: SpoolEntry): number {
  const { exchange, routingKey, body, properties } = delivery;
  const declared = properties === undefined ? 0 : JSON.stringify(properties).length;
  return exchange.length + routingKey.length + body.length + declared + ROW_BYTES;
}

/** The last place whose bodies and those before add up to no more than the limit; at least the first. */
function lastWithin(places: readonly { seq: number; bytes: number }[], maxBytes: number): number {
  let last = places[0]?.seq ?? -1;
  let sum = 0;
  for (const { seq, bytes } of places) {
    sum += bytes;
    if (sum > maxBytes) break;
    last = seq;
  }
  return last;
}
