import { nonceId } from "../../domain/ids.ts";
import type { NonceEnd, NonceKey, NonceUse } from "../ports/nonce-store.ts";
import { COUNTED_MS, nonceExpiry } from "../rules/nonce-window.ts";
import type { Collections } from "./mongodb-collections.ts";
import { isLostRace } from "./mongodb-faults.ts";

/** Stores nonces, with one document per nonce. The server deletes expired nonces. */
export function createNonces({ nonces }: Pick<Collections, "nonces">) {
  /** Writes the nonce and counts the requests at the same time, so it takes one round trip unless the client is throttled. */
  async function useNonce(use: NonceUse): Promise<NonceEnd> {
    const [isFresh, freeAt] = await Promise.all([insert(use), nextFree(use)]);
    if (!isFresh) return { kind: "used" };
    if (freeAt === null) return { kind: "fresh" };
    await uncountNonce(use);
    return { kind: "throttled", free_at: freeAt };
  }

  /** Inserts a nonce. Returns false if it is already stored. */
  async function insert({ client_id, nonce, ts, at, counted }: NonceUse): Promise<boolean> {
    const counts = { client_id, counted_as: counted?.group ?? null, at };
    const expires_at = new Date(nonceExpiry(ts));
    try {
      await nonces.insertOne({ _id: nonceId(client_id, nonce, ts), ...counts, expires_at });
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  /** Returns when the limit allows another request, in milliseconds since the Unix epoch; null if it is allowed now. */
  async function nextFree({ client_id, nonce, ts, at, counted }: NonceUse): Promise<number | null> {
    if (counted === null) return null;
    const _id = { $ne: nonceId(client_id, nonce, ts) };
    const filter = { client_id, counted_as: counted.group, at: { $gt: at - COUNTED_MS }, _id };
    // Finds the request that must leave the window before another one is accepted: the oldest of the `limit` newest requests.
    const newest = nonces.find(filter, { projection: { at: 1 } }).sort({ at: -1 });
    const [blocking] = await newest
      .skip(counted.limit - 1)
      .limit(1)
      .toArray();
    return blocking === undefined ? null : blocking.at + COUNTED_MS;
  }

  async function uncountNonce({ client_id, nonce, ts }: NonceKey): Promise<void> {
    await nonces.updateOne({ _id: nonceId(client_id, nonce, ts) }, { $set: { counted_as: null } });
  }

  return { useNonce, uncountNonce };
}
