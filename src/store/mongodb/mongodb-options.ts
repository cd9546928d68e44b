import { OptionBook } from "../rules/option-book.ts";
import type { BatchPlan } from "../rules/plan-batch.ts";
import { type Collections, inOneOrder, isJob } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";
import { unordered } from "./mongodb-rounds.ts";

/** The id of the document that records that the options of all jobs are stored, including jobs of an earlier version. */
const COMPLETE = "option_collections";

type UsedCollections = Pick<Collections, "jobs" | "versions" | "optionCollections">;

/** Stores combinations of options; see `OptionBook`. */
export function createOptions(all: UsedCollections) {
  const book = new OptionBook();

  /** Stores the new combinations of options of a batch. Called before its jobs are written. */
  async function writeOptions(plan: BatchPlan): Promise<void> {
    const missing = book.missing(plan);
    if (missing.size === 0) return;
    await insert(missing);
    book.noteStored(missing.keys());
  }

  async function insert(options: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const documents = inOneOrder([...options].map(([_id, names]) => ({ _id, options: names })));
    await ignoreDuplicates(all.optionCollections.insertMany(documents, unordered));
  }

  return { writeOptions };
}

/** Records that no options are missing, if the store has no jobs. Called when a store is opened. */
export async function noteNewOptions({ jobs, versions }: UsedCollections): Promise<void> {
  if ((await jobs.findOne({}, { projection: { _id: 1 } })) === null) await noteComplete(versions);
}

/** Stores the options of jobs of an earlier version. This reads all jobs, but only once per database. */
export async function completeOptions({ jobs, versions, optionCollections }: UsedCollections): Promise<void> {
  if ((await versions.findOne({ _id: COMPLETE })) !== null) return;
  const found = jobs.aggregate<{ _id: string; options: readonly string[] }>([
    { $match: isJob },
    { $group: { _id: "$option_collection_hash", options: { $first: "$options" } } },
  ]);
  const documents = (await found.toArray()).filter(({ options }) => options.length > 0);
  if (documents.length > 0) {
    await ignoreDuplicates(optionCollections.insertMany(inOneOrder(documents), unordered));
  }
  await noteComplete(versions);
}

async function noteComplete(versions: Collections["versions"]): Promise<void> {
  await versions.replaceOne({ _id: COMPLETE }, { version: "complete" }, { upsert: true });
}
