import { isAnyArrayBuffer } from "node:util/types";
import type Database from "libsql";
import * as z from "zod";
import { known } from "./spool-database.ts";
import { ROW_BYTES } from "./spool-load.ts";
import { rowCells } from "./spool-row.ts";

export interface FrontLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

const place = z.object({ seq: z.number(), bytes: z.number() });
const sums = z.object({ deliveries: z.number(), bytes: z.number() });
/** The name of an exchange, used only for counting. A damaged name is reported when its row is read. */
const exchangeName = z
  .custom<ArrayBuffer>(isAnyArrayBuffer)
  .transform((bytes) => Buffer.from(bytes).toString());
const exchangeCount = z.object({ exchange: exchangeName, deliveries: z.number() });
export type ExchangeCount = z.infer<typeof exchangeCount>;
const oldest = z.object({ at: z.number() });
const bounds = z.object({ suspectThrough: z.number(), foundThrough: z.number(), hasProperties: z.number() });
const size = z.object({ page_count: z.number() });

/**
 * Returns the queries on a spool's file. `goneThrough` is the highest `seq` that has been removed, although its row may still be in
 * the file.
 *
 * @throws errors of `asKnown`: SpoolCorrupt for a file with other contents, and Unavailable if the disk is the cause.
 */
export function createSpoolReads(db: Database.Database) {
  /**
   * The state of the file when it was opened. The rows up to `suspectThrough` were in progress when an earlier worker died.
   * `foundThrough` is the last row in the file. `hasProperties` is false for a file of an earlier version.
   */
  const found = known(() => {
    const query = `SELECT (SELECT through FROM in_work) AS suspectThrough, coalesce(max(seq), 0) AS foundThrough,
        (SELECT count(*) FROM pragma_table_info('deliveries') WHERE name = 'properties') AS hasProperties
      FROM deliveries`;
    const { hasProperties, ...places } = bounds.parse(db.prepare(query).get());
    return { ...places, hasProperties: hasProperties === 1 };
  });

  /** Returns the number and the size of the deliveries that are left in the file. */
  function sumUp(goneThrough: number): z.infer<typeof sums> {
    const properties = found.hasProperties ? " + coalesce(length(properties), 0)" : "";
    const query = `SELECT count(*) AS deliveries,
        coalesce(sum(length(body) + length(exchange) + length(routing_key) + ${ROW_BYTES}${properties}), 0) AS bytes
      FROM deliveries WHERE seq > ?`;
    return known(() => sums.parse(db.prepare(query).get([goneThrough])));
  }

  /** Returns the oldest rows within the limits, but at least one row if any is left. `readSpoolRow` decodes them. */
  function firstRows(goneThrough: number, { maxItems, maxBytes }: FrontLimits): unknown[] {
    return known(() => {
      // Sizes first, so that no more bodies are read than are returned.
      const sizes = db.prepare(
        "SELECT seq, coalesce(length(body), 0) AS bytes FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?",
      );
      const places = z.array(place).parse(sizes.all([goneThrough, maxItems]));
      const query = db.prepare(
        `SELECT ${rowCells(found.hasProperties)} FROM deliveries WHERE seq > ? AND seq <= ? ORDER BY seq`,
      );
      return query.all([goneThrough, lastWithin(places, maxBytes)]);
    });
  }

  /** Returns the number of deliveries of each exchange. */
  function countByExchange(): ExchangeCount[] {
    const query =
      "SELECT CAST(exchange AS BLOB) AS exchange, count(*) AS deliveries FROM deliveries GROUP BY 1";
    return known(() => z.array(exchangeCount).parse(db.prepare(query).all()));
  }

  /** Returns when the oldest delivery arrived, in milliseconds since the epoch; null if the file is empty. */
  function oldestAtMs(goneThrough: number): number | null {
    const query = `SELECT coalesce(CAST(received_at_ms AS REAL), 0) AS at FROM deliveries
      WHERE seq > ? ORDER BY seq LIMIT 1`;
    return known(() => {
      const row: unknown = db.prepare(query).get([goneThrough]);
      return row === undefined ? null : oldest.parse(row).at;
    });
  }

  /** Returns the size of the file, in pages of 4 KiB. */
  function countPages(): number {
    return known(() => size.parse(db.prepare("PRAGMA page_count").get()).page_count);
  }

  return { found, sumUp, firstRows, countByExchange, oldestAtMs, countPages };
}

/** Returns the `seq` of the last row up to which all bodies together are within the limit, or of the first row if it is too large. */
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
