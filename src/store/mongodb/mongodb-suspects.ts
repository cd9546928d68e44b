import type { Collections } from "./mongodb-collections.ts";

/** The ledger of suspects: a document for each, with how often it has been entered. */
export function createSuspects({ suspects }: Pick<Collections, "suspects">) {
  async function enterSuspect(hash: string): Promise<number> {
    const update = { $inc: { attempts: 1 }, $set: { last_seen: new Date() } };
    const options = { upsert: true, returnDocument: "after" } as const;
    return (await suspects.findOneAndUpdate({ _id: hash }, update, options))?.attempts ?? 1;
  }

  async function clearSuspect(hash: string): Promise<void> {
    await suspects.deleteOne({ _id: hash });
  }

  return { enterSuspect, clearSuspect };
}
