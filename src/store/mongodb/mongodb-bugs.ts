import { randomUUID } from "node:crypto";
import type { Bug } from "../../domain/bug.ts";
import type { Collections } from "./mongodb-collections.ts";

const BUGS_AT_ONCE = 1000;
/** No replacement takes this long. If an older generation is not in force, it was left by a worker that died. */
const LEFT_AFTER_MS = 60 * 60 * 1000;

/**
 * Stores the bug cache in generations. The version names the generation that is in force. Because there are no transactions, a new
 * generation is written beside the old one, and comes into force when the version changes.
 */
export function createBugs({ bugs: collection, versions }: Pick<Collections, "bugs" | "versions">) {
  async function replaceBugs(bugs: readonly Bug[]): Promise<void> {
    // The name begins with the time, so that generations can be compared by age.
    const generation = `${new Date().toISOString()}/${randomUUID()}`;
    for (let at = 0; at < bugs.length; at += BUGS_AT_ONCE) {
      const page = bugs.slice(at, at + BUGS_AT_ONCE);
      await collection.insertMany(
        page.map((bug) => ({ _id: `${generation}/${bug.id}`, generation, bug })),
        { ordered: false },
      );
    }
    const before = await versions.findOneAndReplace(
      { _id: "bugs" },
      { version: generation },
      { upsert: true },
    );
    // Other generations are kept, because another worker may be writing one.
    if (before !== null) await collection.deleteMany({ generation: before.version });
    const leftBefore = new Date(Date.now() - LEFT_AFTER_MS).toISOString();
    const inForce = await bugsVersion();
    await collection.deleteMany({ generation: { $lt: leftBefore, $ne: inForce ?? generation } });
  }

  async function bugsVersion(): Promise<string | null> {
    return (await versions.findOne({ _id: "bugs" }))?.version ?? null;
  }

  async function readBugs(afterId: number, limit: number): Promise<Bug[]> {
    for (let generation = await bugsVersion(); generation !== null; ) {
      const page = collection
        .find({ generation, "bug.id": { $gt: afterId } })
        .sort({ "bug.id": 1 })
        .limit(limit);
      const found = (await page.toArray()).map(({ bug }) => bug);
      // A replacement may have deleted this generation while it was being read. Replacements are minutes apart, so the loop ends.
      const inForce = await bugsVersion();
      if (inForce === generation) return found;
      generation = inForce;
    }
    return [];
  }

  return { replaceBugs, bugsVersion, readBugs };
}
