import type { Collection, Db } from "mongodb";
import { numberOf } from "../../domain/document-numbers.ts";
import { WantedNumbers } from "../rules/wanted-numbers.ts";
import { type WithId, withNumberIn } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";
import { DOCUMENTS_AT_ONCE, eachPage, once } from "./mongodb-once.ts";
import { unordered } from "./mongodb-rounds.ts";

/** The fields that numbering reads and writes. */
interface Numbered extends WithId {
  readonly rest_id?: number;
  readonly moving_to?: string;
}
type Wanted = readonly (readonly [id: string, number: number])[];

/** Matches documents without a number. A job that is being moved is excluded, because the move removed its number. */
const unnumbered = { rest_id: { $exists: false }, moving_to: { $exists: false } } as const;

/**
 * Finds free numbers for new documents. This takes additional reads, so it is only called after an insert has failed. If another
 * writer takes a number in the meantime, the insert fails again.
 *
 * @param readTaken - returns the documents that have one of these numbers.
 */
export async function freeNumbers(
  wanted: Wanted,
  readTaken: (numbers: readonly number[]) => Promise<readonly Pick<Numbered, "rest_id">[]>,
): Promise<WantedNumbers> {
  const numbers = new WantedNumbers(wanted);
  for (let asked = numbers.unsure(); asked.length > 0; asked = numbers.unsure()) {
    const taken = await readTaken(asked);
    numbers.note(new Set(taken.flatMap(({ rest_id }) => rest_id ?? [])));
  }
  return numbers;
}

/**
 * Assigns numbers to the jobs and pushes of an earlier version. Several workers may do this at the same time, because a document gets
 * a number only once. Only reading by number depends on it.
 */
export function numberDocuments(db: Db, stop: AbortSignal): Promise<void> {
  return once(db, "numbers", stop, async () => {
    for (const name of ["jobs", "resultsets"]) await numberCollection(db.collection<Numbered>(name), stop);
  });
}

function numberCollection(documents: Collection<Numbered>, stop: AbortSignal): Promise<void> {
  const options = { projection: { rest_id: 1 }, sort: { _id: 1 }, limit: DOCUMENTS_AT_ONCE } as const;
  return eachPage(
    (after) => documents.find({ _id: { $gt: after } }, options).toArray(),
    stop,
    (page) =>
      numberPage(
        documents,
        page.filter(({ rest_id }) => rest_id === undefined).map(({ _id }) => _id),
      ),
  );
}

async function numberPage(documents: Collection<Numbered>, ids: readonly string[]): Promise<void> {
  let wanted: Wanted = ids.map((id) => [id, numberOf(id)]);
  while (wanted.length > 0 && !(await putNumbers(documents, wanted))) {
    const open = await documents.find({ _id: { $in: [...ids] }, ...unnumbered }).toArray();
    const first: Wanted = open.map(({ _id }) => [_id, numberOf(_id)]);
    const numbers = await freeNumbers(first, (asked) => documents.find(withNumberIn(asked)).toArray());
    wanted = first.map(([id]) => [id, numbers.of(id)]);
  }
}

/** Writes numbers. Returns false if some of them were taken. */
async function putNumbers(documents: Collection<Numbered>, wanted: Wanted): Promise<boolean> {
  const updates = wanted.map(([_id, rest_id]) => ({
    updateOne: { filter: { _id, ...unnumbered }, update: { $set: { rest_id } } },
  }));
  return ignoreDuplicates(documents.bulkWrite(updates, unordered));
}
