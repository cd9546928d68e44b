/** A row read as one JSON text. */
export interface DocRow {
  readonly doc: string;
}

/**
 * Columns as one column `doc`. Read by itself a text ends at its first NUL character, as the driver has it, and a stranger's
 * may have one.
 *
 * @param columns - by the member that each becomes.
 */
export function rowDoc(columns: Readonly<Record<string, string>>): string {
  const members = Object.entries(columns).map(([member, column]) => `'${member}', ${column}`);
  return `json_object(${members.join(", ")}) AS doc`;
}

/** What {@link rowDoc} made. This project wrote it, so it is not parsed again. */
export function readDoc<Row>({ doc }: DocRow): Row {
  return JSON.parse(doc) as Row;
}
