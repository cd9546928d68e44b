/** A row that was read as one JSON text. */
export interface DocRow {
  readonly doc: string;
}

/**
 * Returns SQL that selects columns as one JSON column `doc`. The driver cuts a plain text column at its first NUL character,
 * and a stranger's text may contain one.
 *
 * @param columns - the columns, by the member that each becomes.
 */
export function rowDoc(columns: Readonly<Record<string, string>>): string {
  const members = Object.entries(columns).map(([member, column]) => `'${member}', ${column}`);
  return `json_object(${members.join(", ")}) AS doc`;
}

/** Reads a row that {@link rowDoc} selected. This project wrote it, so its shape is not checked. */
export function readDoc<Row>({ doc }: DocRow): Row {
  return JSON.parse(doc) as Row;
}
