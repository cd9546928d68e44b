import type { Db } from "mongodb";
import { collectionsOf, type WithId } from "./mongodb-collections.ts";

/** The number of documents in a page of {@link eachPage}. */
export const DOCUMENTS_AT_ONCE = 1000;

/**
 * Does some work once per database, and records in the database that it is done. Several workers may do it at the same time. Work that
 * was stopped is not recorded, so the next start does it again.
 *
 * @param name - the id of the record in the collection `versions`.
 */
export async function once(
  db: Db,
  name: string,
  stop: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const { versions } = collectionsOf(db);
  if ((await versions.findOne({ _id: name })) !== null) return;
  await work();
  if (stop.aborted) return;
  await versions.updateOne({ _id: name }, { $set: { version: "1" } }, { upsert: true });
}

/**
 * Processes a collection page by page, in the order of ids. Ends after the last page, or when `stop` is aborted.
 *
 * @param readPage - returns the first {@link DOCUMENTS_AT_ONCE} documents whose ids are greater than the given one, in order.
 */
export async function eachPage<T extends WithId>(
  readPage: (after: string) => Promise<readonly T[]>,
  stop: AbortSignal,
  work: (page: readonly T[]) => Promise<void>,
): Promise<void> {
  let last = "";
  while (!stop.aborted) {
    const page = await readPage(last);
    const end = page.at(-1);
    if (end === undefined) return;
    last = end._id;
    await work(page);
  }
}
