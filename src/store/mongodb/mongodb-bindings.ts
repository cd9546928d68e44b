import type { Binding } from "../../domain/binding.ts";
import { bindingId } from "../../domain/ids.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import type { Collections } from "./mongodb-collections.ts";
import { ignoreDuplicates } from "./mongodb-faults.ts";

/** Stores the ledger of bindings, with one document per binding, so that workers that start together do not overwrite each other. */
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
    // A duplicate means that another worker has just recorded the same binding.
    await ignoreDuplicates(collection.bulkWrite(notes, { ordered: false }));
  }

  async function forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void> {
    const ids = bindings.map(({ exchange, routing_key }) => bindingId(queue, exchange, routing_key));
    await collection.deleteMany({ _id: { $in: ids } });
  }

  return { readBindings, listBindingWorkers, noteBindings, forgetBindings };
}
