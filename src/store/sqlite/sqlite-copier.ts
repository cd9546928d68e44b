import type Database from "libsql";
import type { Copied, CopiedKind, CopyEnds, CopyQuery, CopyRef } from "../ports/copy-store.ts";
import { judgeCopy } from "../rules/judge-copy.ts";
import { type DocRow, readDoc } from "./row-doc.ts";

/** The most documents in a page. */
export const ROWS_AT_ONCE = 500;

/** Reads and writes the rows of one kind. */
export interface Copier<K extends CopiedKind> {
  /** Returns the row at a place as one JSON text. */
  readonly rowAt: (place: string) => DocRow | undefined;
  /** Returns the row with this key. */
  readonly rowOf: (ref: CopyRef<K>) => DocRow | undefined;
  readonly toCopy: (row: DocRow) => Copied<K>;
  /** Writes within the caller's transaction. */
  readonly write: (documents: readonly Copied<K>[]) => CopyEnds;
}

/** Copies a kind whose rows are read page by page. */
export interface WalkedCopier<K extends CopiedKind> extends Copier<K> {
  /** Returns the places of the rows after a place, in order, at most {@link ROWS_AT_ONCE}. `""` is before all rows. */
  readonly places: (query: CopyQuery, after: string) => readonly string[];
}

/** Copies a kind whose rows are read for some jobs. */
export interface PartCopier<K extends CopiedKind> extends Copier<K> {
  /** Like `places`, for the rows of some jobs. @param keys - the keys of the jobs; see `jobKey`. */
  readonly placesOf: (keys: readonly string[], after: string) => readonly string[];
}

/** Returns a function that writes documents of a kind that is never replaced. `add` must ignore a document that is already stored. */
export function insertOnly<K extends CopiedKind>(
  add: (document: Copied<K>) => Database.RunResult,
): (documents: readonly Copied<K>[]) => CopyEnds {
  return (documents) => {
    const written = documents.filter((document) => add(document).changes > 0).length;
    return { written, kept: documents.length - written, renumbered: 0 };
  };
}

/**
 * Returns a function that writes documents, and keeps a stored document unless its state is earlier.
 *
 * @param put - writes the document over the stored one, which is null if there is none. Returns false if it cannot be written.
 */
export function writeUnlessLater<K extends CopiedKind>(
  find: (document: Copied<K>) => Copied<K> | null,
  put: (document: Copied<K>, before: Copied<K> | null) => boolean,
): (documents: readonly Copied<K>[]) => CopyEnds {
  return (documents) => {
    const written = documents.filter((document) => {
      const before = find(document);
      const judgement = judgeCopy(document, before);
      return (judgement === "missing" || judgement === "earlier") && put(document, before);
    }).length;
    return { written, kept: documents.length - written, renumbered: 0 };
  };
}

/** Returns a function that finds a row whose only column is `doc`. */
export function finder(db: Database.Database, sql: string): (...values: unknown[]) => DocRow | undefined {
  const statement = db.prepare(sql);
  return (...values) => statement.get(...values) as DocRow | undefined;
}

/** Returns a function that lists the values of the column `place`. */
export function lister(db: Database.Database, sql: string): (...values: unknown[]) => string[] {
  const statement = db.prepare(sql);
  return (...values) => (statement.all(...values) as { place: string }[]).map(({ place }) => place);
}

/** Returns a function that reads a row whose JSON has all members of a document except the kind. */
export function readAs<K extends CopiedKind>(kind: K): (row: DocRow) => Copied<K> {
  // The shape is not checked, because only pulse-ingest writes the tables.
  return (row) => ({ kind, ...readDoc<Omit<Copied<K>, "kind">>(row) }) as unknown as Copied<K>;
}
