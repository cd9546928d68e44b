import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Store } from "../../src/store/ports/store.ts";
import { pause } from "../../src/timing/pause.ts";
import type { Database, OpenEmpty } from "./empty-store.ts";

/** Tests what every store promises about leases. */
export function leaseStoreContract(name: string, openEmpty: OpenEmpty): void {
  describe(`leases in the ${name} store`, () => {
    let database: Database;
    let store: Store;
    let other: Store;
    beforeAll(async () => {
      database = await openEmpty();
      store = await database.open();
      other = await database.open();
    });
    afterAll(async () => {
      await Promise.all([store.close(), other.close()]);
      await database.remove();
    });

    it("belong to one owner, who may renew them, until they are released or expire", async () => {
      expect(await store.takeLease("work", "a", 60_000)).toBeNull();
      expect(await other.takeLease("work", "b", 60_000)).toMatchObject({ owner: "a" });
      expect(await other.takeLease("other work", "b", 60_000)).toBeNull();
      expect(await store.takeLease("work", "a", 120_000)).toBeNull();
      const held = await other.takeLease("work", "b", 60_000);
      expect(Date.parse(held?.until ?? "") - Date.now()).toBeGreaterThan(60_000);
      await other.releaseLease("work", "b");
      expect(await other.takeLease("work", "b", 60_000)).toMatchObject({ owner: "a" });
      await store.releaseLease("work", "a");
      expect(await other.takeLease("work", "b", 1)).toBeNull();
      await pause(5);
      expect(await store.takeLease("work", "a", 60_000)).toBeNull();
    });

    it("go to one of several workers that race for them", async () => {
      for (let round = 0; round < 5; round++) {
        const ends = await Promise.all(
          [store, other, store, other].map((worker, n) =>
            worker.takeLease(`race ${round}`, `worker ${n}`, 60_000),
          ),
        );
        expect(ends.filter((end) => end === null)).toHaveLength(1);
      }
    });
  });
}
