import type Database from "libsql";

/** The number of rows that are written in one call. A call into SQLite costs as much as a row or two. */
const ROWS_AT_ONCE = 25;

type Value = string | number | null;

/**
 * Prepares a statement, and returns a function that writes any number of rows with it.
 *
 * @param statement - returns the whole SQL for placeholders such as `(?, ?), (?, ?)`.
 * @param columns - how many values a row has.
 */
export function createRowWriter(
  db: Database.Database,
  statement: (rows: string) => string,
  columns: number,
): (rows: readonly (readonly Value[])[]) => void {
  const row = `(${Array(columns).fill("?").join(", ")})`;
  const single = db.prepare(statement(row));
  const many = db.prepare(statement(Array(ROWS_AT_ONCE).fill(row).join(", ")));
  return (rows) => {
    const whole = rows.length - (rows.length % ROWS_AT_ONCE);
    for (let at = 0; at < whole; at += ROWS_AT_ONCE) many.run(rows.slice(at, at + ROWS_AT_ONCE).flat());
    for (const values of rows.slice(whole)) single.run(values);
  };
}
