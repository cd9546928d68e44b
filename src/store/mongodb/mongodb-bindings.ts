import type { Binding } from "../../domain/binding.ts";
import { type BindingClaim, MAX_CLAIMS, staleUntil } from "../../domain/binding-claim.ts";
import { bindingId } from "../../domain/ids.ts";
import type { KnownBinding } from "../ports/binding-ledger.ts";
import { toKnownBinding } from "./mongodb-binding-document.ts";
import { type Collections, inOneOrder } from "./mongodb-collections.ts";
import { duplicatesOf } from "./mongodb-faults.ts";
import { unordered } from "./mongodb-rounds.ts";

/** Stores the ledger of bindings, with one document per binding, so that workers that start together do not overwrite each other. */
export function createBindings({ bindings: collection }: Pick<Collections, "bindings">) {
  async function readBindings(queue: string): Promise<KnownBinding[]> {
    const found = await collection.find({ queue }, { projection: { _id: 0, queue: 0 } }).toArray();
    return found.map(toKnownBinding);
  }

  async function listBindingWorkers(queue: string, since: string): Promise<string[]> {
    const workers = await collection
      .aggregate<{ readonly _id: string }>([
        { $match: { queue } },
        { $unwind: "$wanted" },
        { $match: { "wanted.at": { $gte: since } } },
        { $group: { _id: "$wanted.by" } },
      ])
      .toArray();
    return workers.map(({ _id: worker }) => worker);
  }

  /** Changes each document in a single step, so that claims made at the same time are all kept, and a worker is never without its claim. */
  async function noteBindings(
    queue: string,
    bindings: readonly Binding[],
    { by, at }: BindingClaim,
  ): Promise<void> {
    if (bindings.length === 0) return;
    const documents = inOneOrder(
      bindings.map(({ exchange, routing_key }) => {
        const _id = bindingId(queue, exchange, routing_key);
        return { _id, queue, exchange, routing_key, wanted: [{ by, at }] };
      }),
    );
    const ids = documents.map(({ _id }) => _id);
    const renewed = await renewClaims(ids, by, at);
    const added = renewed < ids.length ? await addClaims(ids, by, at) : 0;
    if (renewed + added > 0) await dropClaims(ids, staleUntil(Date.parse(at)));
    if (renewed + added >= ids.length) return;
    const known = await duplicatesOf(collection.insertMany(documents, unordered));
    // Another worker may have just recorded some of them.
    const recorded = ids.filter((_id, nth) => known.has(nth));
    if (recorded.length > 0) await addClaims(recorded, by, at);
  }

  async function renewClaims(ids: string[], by: string, at: string): Promise<number> {
    const mine = { _id: { $in: ids }, "wanted.by": by };
    return (await collection.updateMany(mine, { $set: { "wanted.$.at": at } })).matchedCount;
  }

  async function addClaims(ids: string[], by: string, at: string): Promise<number> {
    const notMine = { _id: { $in: ids }, "wanted.by": { $ne: by } };
    const push = { wanted: { $each: [{ by, at }], $slice: -MAX_CLAIMS } };
    return (await collection.updateMany(notMine, { $push: push })).matchedCount;
  }

  /** Drops the claims that were last confirmed at this time or earlier. */
  async function dropClaims(ids: string[], until: string): Promise<void> {
    const old = { $lte: until };
    await collection.updateMany(
      { _id: { $in: ids }, $or: [{ "wanted.at": old }, { wanted_at: old }] },
      { $pull: { wanted: { at: old } }, $unset: { wanted_by: "", wanted_at: "" } },
    );
  }

  async function releaseBindings(queue: string, bindings: readonly Binding[], by: string): Promise<void> {
    await collection.updateMany({ _id: { $in: idsOf(queue, bindings) } }, { $pull: { wanted: { by } } });
  }

  async function forgetBindings(queue: string, bindings: readonly Binding[]): Promise<void> {
    await collection.deleteMany({ _id: { $in: idsOf(queue, bindings) } });
  }

  return { readBindings, listBindingWorkers, noteBindings, releaseBindings, forgetBindings };
}

function idsOf(queue: string, bindings: readonly Binding[]): string[] {
  return bindings.map(({ exchange, routing_key }) => bindingId(queue, exchange, routing_key));
}
