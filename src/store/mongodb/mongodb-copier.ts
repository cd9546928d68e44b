import { type AnyBulkWriteOperation, BSON, type Collection, type FindCursor } from "mongodb";
import { Refused } from "../../domain/faults.ts";
import { projectKey } from "../../domain/ids.ts";
import type { Copied, CopiedKind, CopyEnds, CopyPage, CopyQuery, CopyRef } from "../ports/copy-store.ts";
import type { WithId } from "./mongodb-collections.ts";
import { ignoreDuplicates, isLostRace } from "./mongodb-faults.ts";
import { inOneReply, letOthersPass, MAX_ROUNDS, TOO_SLOW, unordered } from "./mongodb-rounds.ts";

/** A page is full at this total size. Blobs count with their uncompressed size, which may be a thousand times as large. */
const PAGE_BYTES = 4 * 1024 ** 2;
/** The most documents in a page. */
export const DOCUMENTS_IN_PAGE = 500;

/** Reads and writes the documents of one kind. */
export interface Copier<K extends CopiedKind> {
  readonly find: (refs: readonly CopyRef<K>[]) => Promise<readonly (Copied<K> | null)[]>;
  readonly write: (documents: readonly Copied<K>[]) => Promise<CopyEnds>;
}

/** Copies a kind whose documents are read page by page. */
export interface WalkedCopier<K extends CopiedKind> extends Copier<K> {
  readonly page: (query: CopyQuery) => Promise<CopyPage>;
}

/** Copies a kind whose documents are read for some jobs. */
export interface PartCopier<K extends CopiedKind> extends Copier<K> {
  readonly pageOf: (jobs: readonly string[], after: string | null) => Promise<CopyPage>;
}

/**
 * Reads documents in the order of their ids until the page is full.
 *
 * @param toCopy - converts a document, or returns null to leave it out.
 */
export async function readPage<D extends WithId>(
  found: FindCursor<D>,
  toCopy: (document: D) => Copied | null,
): Promise<CopyPage> {
  const documents: Copied[] = [];
  let [bytes, count] = [0, 0];
  for await (const document of found.sort({ _id: 1 }).limit(DOCUMENTS_IN_PAGE)) {
    const copy = toCopy(document);
    if (copy !== null) documents.push(copy);
    bytes += sizeOf(document, copy);
    count += 1;
    // Leaving the loop closes the cursor.
    if (bytes >= PAGE_BYTES || count === DOCUMENTS_IN_PAGE) return { documents, next: document._id };
  }
  return { documents, next: null };
}

function sizeOf(document: WithId, copy: Copied | null): number {
  return BSON.calculateObjectSize(document) + (copy !== null && "blob" in copy ? copy.blob.length : 0);
}

/** The fields that are read of every part of some jobs to sort them. */
export interface PartHead extends WithId {
  readonly order: number;
}

/**
 * Reads parts in the order of their arrival, until the page is full.
 *
 * @param heads - the heads of all parts of some jobs.
 * @param after - `next` of the previous page; null for the first page.
 */
export async function readInOrder<D extends WithId>(
  collection: Collection<D>,
  heads: readonly PartHead[],
  after: string | null,
  toCopy: (document: D) => Copied,
): Promise<CopyPage> {
  const places = heads
    .map((head) => ({ ...head, place: placeOf(head) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const open = places.filter(({ place }) => after === null || place > after);
  for (let size = DOCUMENTS_IN_PAGE; ; size = Math.ceil(size / 4)) {
    const page = open.slice(0, size);
    const documents = await readUpToLimit(
      collection,
      page.map(({ _id }) => _id),
      toCopy,
    );
    // The server returns documents in any order, so a page cannot be cut short. If it is too large, fewer documents are requested.
    if (documents === null && size > 1) continue;
    return {
      documents: documents ?? [],
      next: open.length > page.length ? (page.at(-1)?.place ?? null) : null,
    };
  }
}

/** Returns a sort key that orders parts by their arrival. */
function placeOf({ _id, order }: PartHead): string {
  return `${String(order).padStart(17, "0")} ${_id}`;
}

/** Returns the documents with these ids, in the order of the ids; null if there are several and they are too large for one page. */
async function readUpToLimit<D extends WithId>(
  collection: Collection<D>,
  ids: readonly string[],
  toCopy: (document: D) => Copied,
): Promise<Copied[] | null> {
  if (ids.length === 0) return [];
  const copies = new Map<string, Copied>();
  let bytes = 0;
  // The driver's types cannot tell that the id of a generic document is a text.
  const filter = { _id: { $in: [...ids] } } as never;
  for await (const found of collection.find(filter)) {
    const document = found as unknown as D;
    const copy = toCopy(document);
    copies.set(document._id, copy);
    bytes += sizeOf(document, copy);
    // Leaving the loop closes the cursor.
    if (bytes >= PAGE_BYTES && copies.size < ids.length) return null;
  }
  return ids.flatMap((id) => copies.get(id) ?? []);
}

/** Returns a condition for ids after the previous page. */
export function idsBehind(after: string | null) {
  return { $gt: after ?? "" };
}

/** Like {@link idsBehind}, for ids that begin with the project. `0` comes after `/` in ASCII. */
export function projectIdsBehind({ project, after }: Pick<CopyQuery, "project" | "after">) {
  if (project === null) return idsBehind(after);
  const key = projectKey(project);
  return { $gt: after ?? `${key}/`, $lt: `${key}0` };
}

/** Finds documents by their ids, and returns them in the order of the ids. */
export async function findInOrder<D extends WithId, C>(
  collection: Collection<D>,
  ids: readonly string[],
  toCopy: (document: D) => C,
): Promise<(C | null)[]> {
  const documents = await documentsById(collection, ids);
  return ids.map((id) => {
    const found = documents.get(id);
    return found === undefined ? null : toCopy(found);
  });
}

/** Returns the documents with these ids, by id. */
export async function documentsById<D extends WithId>(
  collection: Pick<Collection<D>, "find">,
  ids: readonly string[],
): Promise<Map<string, D>> {
  // The driver's types cannot tell that the id of a generic document is a text.
  const filter = { _id: { $in: [...ids] } } as never;
  const found = (await collection.find(filter, inOneReply).toArray()) as unknown as D[];
  return new Map(found.map((document) => [document._id, document]));
}

/** Inserts the documents that are not stored yet. Stored documents are not sent, because they may be large. */
export async function insertMissing<D extends WithId>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<CopyEnds> {
  const filter = { _id: { $in: documents.map(({ _id }) => _id) } } as never;
  const stored = await collection.find(filter, { projection: { _id: 1 }, ...inOneReply }).toArray();
  const known = new Set(stored.map(({ _id }) => String(_id)));
  const missing = documents.filter(({ _id }) => !known.has(_id));
  // The driver's types cannot tell that a generic document whose id is a text may be inserted.
  const inserts = missing.map((document) => ({
    insertOne: { document },
  })) as unknown as AnyBulkWriteOperation<D>[];
  if (inserts.length > 0) await ignoreDuplicates(collection.bulkWrite(inserts, unordered));
  return { written: missing.length, kept: documents.length - missing.length, renumbered: 0 };
}

/** A planned write of a document. */
export interface CopyWrite<D> {
  readonly document: D;
}

/**
 * Writes documents by compare-and-set. If another writer has changed some of them in the meantime, they are planned again, until
 * nothing is left to write.
 *
 * @param plan - compares the documents with the stored ones, and returns the writes that are needed.
 * @param write - returns false if some of the writes were not done.
 * @returns the writes that were done.
 */
export async function writeInRounds<D, W extends CopyWrite<D>>(
  documents: readonly D[],
  plan: (documents: readonly D[], round: number) => Promise<readonly W[]>,
  write: (writes: readonly W[]) => Promise<boolean>,
): Promise<readonly W[]> {
  const written: W[] = [];
  let [open, tried]: [readonly D[], readonly W[]] = [documents, []];
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    if (round > 0) await letOthersPass(round);
    const writes = await plan(open, round);
    const left = new Set(writes.map(({ document }) => document));
    for (const one of tried) if (!left.has(one.document)) written.push(one);
    if (writes.length === 0) return written;
    if (await write(writes)) return [...written, ...writes];
    [open, tried] = [writes.map(({ document }) => document), writes];
  }
  throw new Refused(TOO_SLOW);
}

/** Makes writes by compare-and-set. Returns false if another writer was faster for any of them. */
export async function writeAll<D extends WithId>(
  collection: Collection<D>,
  operations: readonly AnyBulkWriteOperation<D>[],
): Promise<boolean> {
  try {
    const { insertedCount, matchedCount, upsertedCount } = await collection.bulkWrite(operations, unordered);
    return insertedCount + matchedCount + upsertedCount === operations.length;
  } catch (error) {
    if (!isLostRace(error)) throw error;
    return false;
  }
}

/** Makes writes that only increase values. Retries if another writer has inserted one of the documents at the same moment. */
export async function writeLargest<D extends WithId>(
  collection: Collection<D>,
  operations: readonly AnyBulkWriteOperation<D>[],
): Promise<CopyEnds> {
  for (let round = 0; ; round++) {
    try {
      const { upsertedCount, modifiedCount } = await collection.bulkWrite(operations, unordered);
      const written = upsertedCount + modifiedCount;
      return { written, kept: operations.length - written, renumbered: 0 };
    } catch (error) {
      if (!isLostRace(error) || round >= MAX_ROUNDS) throw error;
      await letOthersPass(round);
    }
  }
}

/** Counts documents by their result. Those that were not written count as kept. */
export function endsOf(
  documents: readonly unknown[],
  written: readonly unknown[],
  renumbered: number = 0,
): CopyEnds {
  return { written: written.length, kept: documents.length - written.length, renumbered };
}
