import type { LeaseHolder } from "../ports/lease-store.ts";
import type { Collections } from "./mongodb-collections.ts";
import { isLostRace } from "./mongodb-faults.ts";

/** Stores leases, with one document per lease. */
export function createLeases({ leases }: Pick<Collections, "leases">) {
  async function takeLease(_id: string, owner: string, ttlMs: number): Promise<LeaseHolder | null> {
    const now = Date.now();
    const $set = { owner, until: new Date(now + ttlMs).toISOString() };
    const isFree = { $or: [{ owner }, { until: { $lte: new Date(now).toISOString() } }] };
    try {
      await leases.updateOne({ _id, ...isFree }, { $set }, { upsert: true });
      return null;
    } catch (error) {
      // Another owner holds the lease: the filter did not match, and the server could not insert a second document.
      if (!isLostRace(error)) throw error;
    }
    const holder = await leases.findOne({ _id });
    // The lease has just been released. The caller tries again at its next turn.
    return holder === null ? { owner: "another worker", until: $set.until } : holderOf(holder);
  }

  async function releaseLease(_id: string, owner: string): Promise<void> {
    await leases.deleteOne({ _id, owner });
  }

  return { takeLease, releaseLease };
}

function holderOf({ owner, until }: LeaseHolder): LeaseHolder {
  return { owner, until };
}
