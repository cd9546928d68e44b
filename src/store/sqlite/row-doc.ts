/** A row that is read as one JSON text. */
export interface DocRow {
  readonly doc: string;
}

/**
 * Returns SQL that selects columns as one JSON column `doc`. The driver truncates a plain text column at its first NUL character,
 * and texts from publishers may contain one.
 *
 * @param columns - the column for each member of the JSON object.
 */
export function rowDoc(columns: Readonly<Record<string, string>>): string {
  const members = Object.entries(columns).map(([member, column]) => `'${member}', ${column}`);
  return `json_object(${members.join(", ")}) AS doc`;
}

/** Parses a row that was selected with {@link rowDoc}. Its shape is not checked, because only pulse-ingest writes the tables. */
export function readDoc<Row>({ doc }: DocRow): Row {
  return JSON.parse(doc) as Row;
}
