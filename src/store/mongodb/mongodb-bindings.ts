import type { Binding } from "../../domain/binding.ts";
import { bindingId } from "../../domain/ids.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import type { Collections } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";

/** Keeps the ledger of bindings, with a document for each: workers that start together do not undo each other's notes. */
export function createBindings({ bindings: collection }: Pick<Collections, "bindings">) {
  async function readBindings(queue: string): Promise<KnownBinding[]> {
    return collection.find({ queue }, { projection: { _id: 0, queue: 0 } }).toArray();
  }

  async function listBindingWorkers(queue: string, since: string): Promise<string[]> {
    return collection.distinct("wanted_by", { queue, wanted_at: { $gte: since } });
  }

  async function noteBindings(queue: string, bindings: readonly KnownBinding[]): Promise<void> {
    if (bindings.length === 0) return;
    const notes = bindings.map((binding) => ({
      replaceOne: {
        filter: { _id: bindingId(queue, binding.exchange, binding.routing_key) },
        replacement: { queue, ...binding },
        upsert: true,
      },
    }));
    // A duplicate means that another worker has just noted the same binding.
    await ignoreDuplicates(collection.bulkWrite(notes, { ordered: false }));
  }

  async function forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void> {
    const ids = bindings.map(({ exchange, routing_key }) => bindingId(queue, exchange, routing_key));
    await collection.deleteMany({ _id: { $in: ids } });
  }

  return { readBindings, listBindingWorkers, noteBindings, forgetBindings };
}
