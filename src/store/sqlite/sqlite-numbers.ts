import type Database from "libsql";
import { numberOf } from "../../domain/document-numbers.ts";
import { jobKey } from "../../domain/ids.ts";
import { WantedNumbers } from "../rules/wanted-numbers.ts";

const ROWS_AT_ONCE = 1000;

interface NumberRow {
  readonly number: number;
}

/** Returns a function that assigns free numbers to new documents of a table, within the transaction that writes them. */
export function createNumbering(db: Database.Database, table: "jobs" | "resultsets") {
  const readTaken = db.prepare(
    `SELECT rest_id AS number FROM ${table} WHERE rest_id IN (SELECT value FROM json_each(?))`,
  );
  return (wanted: readonly (readonly [id: string, number: number])[]): WantedNumbers => {
    const numbers = new WantedNumbers(wanted);
    for (let asked = numbers.unsure(); asked.length > 0; asked = numbers.unsure()) {
      const taken = readTaken.all(JSON.stringify(asked)) as NumberRow[];
      numbers.note(new Set(taken.map(({ number }) => number)));
    }
    return numbers;
  };
}

/** The migration step that numbers the jobs and pushes of earlier versions. It is not plain SQL, because SQLite has no SHA-256. */
export function numberDocuments(db: Database.Database): void {
  db.exec("ALTER TABLE jobs ADD COLUMN rest_id INTEGER; ALTER TABLE resultsets ADD COLUMN rest_id INTEGER;");
  // The indexes are created first, because they are used to find the numbers that are taken.
  db.exec(`CREATE UNIQUE INDEX jobs_by_number ON jobs (rest_id);
    CREATE UNIQUE INDEX resultsets_by_number ON resultsets (rest_id);`);
  numberRows(db, "jobs", "key", jobKey);
  numberRows(db, "resultsets", "id", (id) => id);
}

/**
 * Numbers all rows of a table.
 *
 * @param name - the column with the name of a document.
 * @param idOf - converts the name to the document's id.
 */
function numberRows(
  db: Database.Database,
  table: "jobs" | "resultsets",
  name: "key" | "id",
  idOf: (name: string) => string,
): void {
  const page = db.prepare(
    `SELECT rowid AS place, ${name} AS name FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_AT_ONCE}`,
  );
  // Inserts the member into the text, which works because no document is an empty object. The casts are needed because the driver
  // passes all numbers as floating-point numbers.
  const put = db.prepare(
    `UPDATE ${table} SET rest_id = CAST(?1 AS INTEGER),
       doc = '{"rest_id":' || CAST(?1 AS INTEGER) || ',' || substr(doc, 2) WHERE rowid = ?2`,
  );
  const numbering = createNumbering(db, table);
  const pageAfter = (place: number) => page.all(place) as { place: number; name: string }[];
  for (let rows = pageAfter(0); rows.length > 0; rows = pageAfter(rows.at(-1)?.place ?? 0)) {
    const ids = rows.map((row) => [idOf(row.name), row.place] as const);
    const numbers = numbering(ids.map(([id]) => [id, numberOf(id)]));
    for (const [id, place] of ids) put.run(numbers.of(id), place);
  }
}
