import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Store } from "../../src/store/ports/store.ts";
import { aRejection } from "../examples.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

const DAY_MS = 86_400_000;
const PER_DAY = 10;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const dayOf = (time: string): string => time.slice(0, 10);

/** Tests what every store promises about the daily quota of rejections. */
export function quotaContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the quota of rejections in the ${name} store`, () => {
    let database: Database;
    let store: Store;
    const open = () => database.open({ rejectionQuota: { perDay: PER_DAY, bytesPerDay: 0 } });
    beforeEach(async () => {
      database = await openEmpty();
      store = await open();
    });
    afterEach(async () => {
      await store.close();
      await database.remove();
    });
    const today = daysAgo(0);
    const batch = (prefix: string, count: number, quota = "e", received_at = today) =>
      Array.from({ length: count }, (_, n) => aRejection(`${prefix}${n}`, { quota, received_at }));
    const keptCount = async () => (await store.listRejections({ limit: 1000 })).length;

    it("is used up by several batches, and rejections beyond it are only counted", async () => {
      expect(new Set(await store.recordRejections(batch("a", 7)))).toEqual(new Set(["kept"]));
      const ends = await store.recordRejections(batch("b", 7));
      expect(ends).toEqual([...Array(3).fill("kept"), ...Array(4).fill("only-counted")]);
      expect(await keptCount()).toBe(PER_DAY);
      expect(await store.listOnlyCounted({})).toEqual([{ day: dayOf(today), exchange: "e", messages: 4 }]);
      // Repeated rejections are counted again, whether they were kept or not.
      await store.recordRejections(batch("b", 7));
      expect(await store.listOnlyCounted({})).toMatchObject([{ messages: 8 }]);
      const counts = (await store.listRejections({ limit: 1000 })).map(({ count }) => count);
      expect(counts.toSorted()).toEqual([...Array(7).fill(1), ...Array(3).fill(2)]);
    });

    it("is the same for the next worker, and after a restart", async () => {
      await store.recordRejections(batch("a", PER_DAY));
      await store.close();
      store = await open();
      const other = await open();
      for (const worker of [store, other]) {
        expect(await worker.recordRejections(batch("b", 2))).toEqual(["only-counted", "only-counted"]);
      }
      await other.close();
      expect(await store.listOnlyCounted({})).toMatchObject([{ messages: 4 }]);
    });

    it("is exceeded by no more than a batch for each worker that writes at the same time", async () => {
      const others = await Promise.all([open(), open()]);
      const workers = [store, ...others];
      await Promise.all(workers.map((worker, n) => worker.recordRejections(batch(`${n}/`, 8))));
      await store.recordRejections(batch("late", 5));
      const [{ messages } = { messages: 0 }] = await store.listOnlyCounted({});
      const kept = await keptCount();
      expect(kept).toBeGreaterThanOrEqual(PER_DAY);
      expect(kept).toBeLessThanOrEqual(PER_DAY + 2 * 8);
      // Every message was either kept or counted.
      expect(kept + messages).toBe(3 * 8 + 5);
      await Promise.all(others.map((each) => each.close()));
    });

    it("of bytes is also used up by several batches, and is the same for the next worker", async () => {
      const quota = { perDay: 0, bytesPerDay: 1000 };
      const limited = await database.open({ rejectionQuota: quota });
      const large = (prefix: string) => [aRejection(prefix.padEnd(450, "x"), { quota: "e" })];
      expect(await limited.recordRejections(large("a"))).toEqual(["kept"]);
      expect(await limited.recordRejections(large("b"))).toEqual(["kept"]);
      // Repeats use no bytes.
      expect(await limited.recordRejections(large("a"))).toEqual(["kept"]);
      expect(await limited.recordRejections(large("c"))).toEqual(["kept"]);
      await limited.close();
      const next = await database.open({ rejectionQuota: quota });
      expect(await next.recordRejections(large("d"))).toEqual(["only-counted"]);
      expect(await next.recordRejections(large("b"))).toEqual(["kept"]);
      await next.close();
      expect(await keptCount()).toBe(3);
      expect(await store.listOnlyCounted({})).toEqual([{ day: dayOf(today), exchange: "e", messages: 1 }]);
    });

    it("is separate for each exchange and day, and can be listed by time", async () => {
      const before = daysAgo(3);
      await store.recordRejections([
        ...batch("a", 12),
        ...batch("b", 11, "f"),
        ...batch("c", 15, "e", before),
      ]);
      const ofToday = [
        { day: dayOf(today), exchange: "e", messages: 2 },
        { day: dayOf(today), exchange: "f", messages: 1 },
      ];
      const ofBefore = [{ day: dayOf(before), exchange: "e", messages: 5 }];
      expect(await store.listOnlyCounted({})).toEqual([...ofToday, ...ofBefore]);
      expect(await store.listOnlyCounted({ since: daysAgo(1) })).toEqual(ofToday);
      expect(await store.listOnlyCounted({ until: daysAgo(1) })).toEqual(ofBefore);
    });

    it("is forgotten when the rejections of its day have expired", async () => {
      await store.recordRejections(batch("old", 12, "e", daysAgo(40)));
      expect(await store.listOnlyCounted({})).toEqual([]);
    });

    it("is used by rejections from the archive; those beyond it are not counted, because they were counted at their arrival", async () => {
      const archived = (prefix: string, count: number) =>
        batch(prefix, count).map((rejection) => ({ ...rejection, replayed: true as const }));
      await store.recordRejections(batch("a", PER_DAY - 1));
      const ends = await store.recordRejections(archived("b", 3));
      expect(ends).toEqual(["kept", "only-counted", "only-counted"]);
      expect(await store.listOnlyCounted({})).toEqual([]);
      expect(await store.recordRejections(batch("c", 1))).toEqual(["only-counted"]);
      expect(await store.listOnlyCounted({})).toMatchObject([{ messages: 1 }]);
    });

    it("does not apply to a rejection without a quota", async () => {
      await store.recordRejections(batch("a", PER_DAY));
      const free = Array.from({ length: 5 }, (_, n) => aRejection(`free${n}`));
      expect(new Set(await store.recordRejections(free))).toEqual(new Set(["kept"]));
      expect(await store.listOnlyCounted({})).toEqual([]);
    });
  });
}
