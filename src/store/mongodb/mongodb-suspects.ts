import type { Collections } from "./mongodb-collections.ts";

/** Stores the ledger of suspects, with one document per key that counts its entries. */
export function createSuspects({ suspects }: Pick<Collections, "suspects">) {
  /** Writes a repeated key only once, because some servers lose one of several writes that insert the same key at the same moment. */
  async function enterSuspects(keys: readonly string[]): Promise<number[]> {
    const times = new Map<string, number>();
    for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1);
    const before = new Map(
      await Promise.all(Array.from(times, async ([key, n]) => [key, (await enter(key, n)) - n] as const)),
    );
    return keys.map((key) => {
      const attempts = (before.get(key) ?? 0) + 1;
      before.set(key, attempts);
      return attempts;
    });
  }

  /** Adds to the number of entries of a key, and returns the new number. */
  async function enter(key: string, times: number): Promise<number> {
    const update = { $inc: { attempts: times }, $set: { last_seen: new Date() } };
    const options = { upsert: true, returnDocument: "after" } as const;
    return (await suspects.findOneAndUpdate({ _id: key }, update, options))?.attempts ?? times;
  }

  async function clearSuspects(keys: readonly string[]): Promise<void> {
    await suspects.deleteMany({ _id: { $in: [...keys] } });
  }

  return { enterSuspects, clearSuspects };
}
