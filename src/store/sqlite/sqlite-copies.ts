import type Database from "libsql";
import { jobKey } from "../../domain/ids.ts";
import type {
  Copied,
  CopiedKind,
  CopyEnds,
  CopyPage,
  CopyQuery,
  CopyRef,
  PartKind,
  PartQuery,
  WalkedKind,
} from "../ports/copy-store.ts";
import { createJobCopier, createPushCopier } from "./sqlite-copied-jobs.ts";
import { createPartCopiers } from "./sqlite-copied-parts.ts";
import { createRecordCopiers } from "./sqlite-copied-records.ts";
import { type Copier, type PartCopier, ROWS_AT_ONCE, type WalkedCopier } from "./sqlite-copier.ts";
import { inTransaction } from "./sqlite-database.ts";

/** A page is full when the texts of its documents have this many characters in total. */
const PAGE_CHARACTERS = 4 * 1024 ** 2;

function createCopiers(db: Database.Database) {
  const walked: { readonly [K in WalkedKind]: WalkedCopier<K> } = {
    push: createPushCopier(db),
    job: createJobCopier(db),
    ...createRecordCopiers(db),
  };
  const parts: { readonly [K in PartKind]: PartCopier<K> } = createPartCopiers(db);
  const all: { readonly [K in CopiedKind]: Copier<K> } = { ...walked, ...parts };
  return { walked, parts, all };
}

/** Reads all documents for another store, and writes documents from another store. */
export function createCopies(db: Database.Database) {
  let created: ReturnType<typeof createCopiers> | null = null;

  /** Returns the copiers. They are created on first use, because few processes copy and the copiers prepare many statements. */
  function copiers(): ReturnType<typeof createCopiers> {
    created ??= createCopiers(db);
    return created;
  }

  function readCopies(query: CopyQuery): CopyPage {
    return pageOf(query.kind, copiers().walked[query.kind].places(query, query.after ?? ""));
  }

  function readParts({ kind, jobs, after }: PartQuery): CopyPage {
    return pageOf(kind, copiers().parts[kind].placesOf(jobs.map(jobKey), after ?? ""));
  }

  /** Reads the rows at these places until the page is full. Reads them one by one, because a single row may be large. */
  function pageOf(kind: CopiedKind, places: readonly string[]): CopyPage {
    const documents: Copied[] = [];
    let characters = 0;
    for (const place of places) {
      const row = copiers().all[kind].rowAt(place);
      if (row === undefined) continue;
      documents.push(copiers().all[kind].toCopy(row));
      characters += row.doc.length;
      if (characters >= PAGE_CHARACTERS) return { documents, next: place };
    }
    return { documents, next: places.length < ROWS_AT_ONCE ? null : (places.at(-1) ?? null) };
  }

  function findCopies(refs: readonly CopyRef[]): (Copied | null)[] {
    return refs.map((ref) => findOne(ref.kind, ref));
  }

  function findOne<K extends CopiedKind>(kind: K, ref: CopyRef<K>): Copied<K> | null {
    const row = copiers().all[kind].rowOf(ref);
    return row === undefined ? null : copiers().all[kind].toCopy(row);
  }

  function writeCopies(documents: readonly Copied[]): CopyEnds {
    const [first] = documents;
    if (first === undefined) return { written: 0, kept: 0, renumbered: 0 };
    return inTransaction(db, () => writeKind(first.kind, documents));
  }

  function writeKind<K extends CopiedKind>(kind: K, documents: readonly Copied<K>[]): CopyEnds {
    return copiers().all[kind].write(documents);
  }

  return { readCopies, readParts, findCopies, writeCopies };
}
