import type { Collections } from "./mongodb-collections.ts";

/** The ledger of suspects: a document for each key, with the number of its entries. */
export function createSuspects({ suspects }: Pick<Collections, "suspects">) {
  async function enterSuspects(keys: readonly string[]): Promise<number[]> {
    return Promise.all(keys.map(enterOne));
  }

  async function enterOne(key: string): Promise<number> {
    const update = { $inc: { attempts: 1 }, $set: { last_seen: new Date() } };
    const options = { upsert: true, returnDocument: "after" } as const;
    return (await suspects.findOneAndUpdate({ _id: key }, update, options))?.attempts ?? 1;
  }

  async function clearSuspects(keys: readonly string[]): Promise<void> {
    await suspects.deleteMany({ _id: { $in: [...keys] } });
  }

  return { enterSuspects, clearSuspects };
}
