import { isAnyArrayBuffer } from "node:util/types";
import type Database from "libsql";
import * as z from "zod";
import type { ArchiveFilter, ArchiveTotals, NewSegment, SegmentHead } from "../ports/archive-store.ts";
import { wantedKeys } from "../rules/segment-keys.ts";
import { inTransaction } from "./sqlite-database.ts";

const HEAD = "id, from_at AS `from`, to_at AS `to`, messages, bytes, raw_bytes";
const dataRows = z.array(z.object({ data: z.custom<ArrayBuffer>(isAnyArrayBuffer, "not a blob") }));

/**
 * Stores the archive. The compressed bytes are in a separate table, so that a search reads only the heads. Both tables are appended
 * to.
 */
export function createArchive(db: Database.Database) {
  const putHead = db.prepare(
    `INSERT OR IGNORE INTO archive_segments (id, from_at, to_at, messages, bytes, raw_bytes, keys)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const putData = db.prepare("INSERT INTO archive_data (n, data) VALUES (last_insert_rowid(), ?)");
  // Ids begin with `from_at`, which is never after `to_at`. So the condition on the id is implied, and lets SQLite use an index.
  const EXPIRED = "FROM archive_segments WHERE id < ? AND to_at < ?";

  /** Stores a segment, within the caller's transaction. */
  function putSegment({ id, from, to, messages, bytes, raw_bytes, keys, data }: NewSegment): void {
    const { changes } = putHead.run(id, from, to, messages, bytes, raw_bytes, keys && packKeys(keys));
    // Passed in an array, because the driver would treat a single object as named parameters.
    if (changes > 0) putData.run([data]);
  }

  function addSegment(segment: NewSegment): void {
    inTransaction(db, () => putSegment(segment));
  }

  function findSegments(filter: ArchiveFilter, after: string | null, limit: number): SegmentHead[] {
    const keys = wantedKeys(filter);
    const hasKeys = keys.map(() => "instr(keys, ?) > 0").join(" AND ");
    const ofKeys = keys.length === 0 ? "" : `AND (keys IS NULL OR (${hasKeys}))`;
    const found = db
      .prepare(
        `SELECT ${HEAD} FROM archive_segments WHERE id > ? AND id < ? AND to_at >= ? ${ofKeys} ORDER BY id LIMIT ?`,
      )
      .all(
        ...[after ?? "", filter.until ?? "~", filter.since ?? ""],
        ...keys.map((key) => packKeys([key])),
        limit,
      );
    return found as SegmentHead[];
  }

  function readSegment(id: string): Buffer | null {
    const found = db.prepare("SELECT data FROM archive_data JOIN archive_segments USING (n) WHERE id = ?");
    const [row] = dataRows.parse(found.all(id));
    return row === undefined ? null : Buffer.from(row.data);
  }

  function expireSegments(before: string, limit: number): number {
    return inTransaction(db, () => {
      const rows = db.prepare(`SELECT n ${EXPIRED} ORDER BY id LIMIT ?`).all(before, before, limit);
      const numbers = JSON.stringify((rows as { n: number }[]).map(({ n }) => n));
      for (const table of ["archive_data", "archive_segments"])
        db.prepare(`DELETE FROM ${table} WHERE n IN (SELECT value FROM json_each(?))`).run(numbers);
      return rows.length;
    });
  }

  function countSegments(before: string): number {
    return (db.prepare(`SELECT count(*) AS count ${EXPIRED}`).get(before, before) as { count: number }).count;
  }

  function archiveTotals(): ArchiveTotals {
    const [totals] = db
      .prepare(
        `SELECT count(*) AS segments, coalesce(sum(messages), 0) AS messages, coalesce(sum(bytes), 0) AS bytes,
             coalesce(sum(raw_bytes), 0) AS raw_bytes, min(from_at) AS oldest, max(to_at) AS newest
           FROM archive_segments`,
      )
      .all() as [ArchiveTotals];
    return totals;
  }

  return {
    putSegment,
    calls: { addSegment, findSegments, readSegment, expireSegments, countSegments, archiveTotals },
  };
}

/**
 * Packs keys into four bytes each, so that `instr` can find a key. It may also match the end of one key and the start of the next,
 * so a match is not certain.
 */
function packKeys(keys: readonly number[]): Buffer {
  const packed = Buffer.alloc(4 * keys.length);
  for (const [at, key] of keys.entries()) packed.writeInt32LE(key, 4 * at);
  return packed;
}
