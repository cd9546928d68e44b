import { RequestError } from "./client-errors.ts";
import { isMap } from "./json-types.ts";
import type { Answer } from "./refusals.ts";

/**
 * An object of the read API. Only the members that every row has are typed here; the API's documentation describes the others.
 */
export type Row = Readonly<Record<string, unknown>>;

export interface JobRow extends Row {
  /** The number that identifies the job in the read API. A greater number does not mean a newer job. */
  readonly id: number;
  readonly job_guid: string;
}

export interface ResultSetRow extends Row {
  readonly id: number;
  readonly revision: string;
}

export interface ArtifactRow extends Row {
  readonly id: number;
  readonly job_id: number;
  readonly name: string;
  readonly type: string;
  /** Parsed if the type is `json`, otherwise text. */
  readonly blob: unknown;
}

/** Reads a list of rows. @throws RequestError if the answer is something else. */
export function readRows<T extends Row>(
  { request, status }: Answer,
  value: unknown,
  isRow: (row: Row) => row is T,
): T[] {
  const rows = Array.isArray(value)
    ? value.map((row: unknown) => (isMap(row) && isRow(row) ? row : null))
    : [null];
  return rows.map((row) => {
    if (row === null) throw new RequestError(`${request}: the answer is not the expected list`, status);
    return row;
  });
}

export const isAnyRow = (_row: Row): _row is Row => true;

export function isJobRow(row: Row): row is JobRow {
  return typeof row["id"] === "number" && typeof row["job_guid"] === "string";
}

export function isResultSetRow(row: Row): row is ResultSetRow {
  return typeof row["id"] === "number" && typeof row["revision"] === "string";
}

export function isArtifactRow(row: Row): row is ArtifactRow {
  const { id, job_id, name, type } = row;
  return (
    [id, job_id].every((one) => typeof one === "number") &&
    [name, type].every((one) => typeof one === "string")
  );
}
