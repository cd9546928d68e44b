import { describe, expect, it } from "@jest/globals";
import type { NonceUse } from "../../src/store/ports/nonce-store.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

// The current time, because some servers delete expired nonces by their own clock.
const NOW = Math.trunc(Date.now() / 1000) * 1000;

/** Returns the use of a nonce at a time, in seconds from now. */
const aUse = (nonce: string, seconds: number, counted: NonceUse["counted"] = null): NonceUse => ({
  ...{ client_id: "c", nonce, ts: NOW / 1000, counted },
  at: NOW + seconds * 1000,
});
const twice = { group: "jobs", limit: 2 };

/** Tests what every store promises about nonces. */
export function nonceStoreContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the nonces in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);

    it("are fresh once for each client and time, whichever worker checks", async () => {
      const { store } = empty;
      const other = await empty.openAnother();
      expect(await store.useNonce(aUse("n", 0))).toEqual({ kind: "fresh" });
      expect(await store.useNonce(aUse("n", 1))).toEqual({ kind: "used" });
      expect(await other.useNonce(aUse("n", 2, twice))).toEqual({ kind: "used" });
      expect(await other.useNonce({ ...aUse("n", 3), client_id: "d" })).toEqual({ kind: "fresh" });
      expect(await other.useNonce({ ...aUse("n", 4), ts: NOW / 1000 + 1 })).toEqual({ kind: "fresh" });
      expect(await other.useNonce(aUse("x".repeat(4000), 5))).toEqual({ kind: "fresh" });
      // 61 s after its time, the last moment at which it counts.
      expect(await store.useNonce(aUse("n", 61))).toEqual({ kind: "used" });
      await other.close();
    });

    it("are fresh for only one of several workers that race", async () => {
      const other = await empty.openAnother();
      for (let round = 0; round < 5; round++) {
        const use = aUse(`race ${round}`, 0);
        const ends = await Promise.all(
          [empty.store, other, empty.store, other].map((store) => store.useNonce(use)),
        );
        expect(ends.map(({ kind }) => kind).toSorted()).toEqual(["fresh", "used", "used", "used"]);
      }
      await other.close();
    });

    it("count the accepted requests of a client and a group in 60 s, over all workers", async () => {
      const { store } = empty;
      const other = await empty.openAnother();
      const fresh = { kind: "fresh" };
      expect(await store.useNonce(aUse("1", 0, twice))).toEqual(fresh);
      expect(await other.useNonce(aUse("2", 10, twice))).toEqual(fresh);
      const throttled = { kind: "throttled", free_at: NOW + 60_000 };
      expect(await store.useNonce(aUse("3", 20, twice))).toEqual(throttled);
      // Throttled requests do not count, and cannot be replayed.
      expect(await other.useNonce(aUse("4", 59.9, twice))).toEqual(throttled);
      expect(await other.useNonce(aUse("3", 59.9, twice))).toEqual({ kind: "used" });
      // Neither do other groups and clients, or requests that are not counted.
      expect(await store.useNonce(aUse("5", 30, { ...twice, group: "resultset" }))).toEqual(fresh);
      expect(await store.useNonce({ ...aUse("6", 30, twice), client_id: "d" })).toEqual(fresh);
      expect(await store.useNonce(aUse("7", 30))).toEqual(fresh);
      // The window slides.
      expect(await store.useNonce(aUse("8", 60, twice))).toEqual(fresh);
      expect(await store.useNonce(aUse("9", 61, twice))).toEqual({
        kind: "throttled",
        free_at: NOW + 70_000,
      });
      // A request that is refused later does not count either.
      await other.uncountNonce(aUse("8", 60));
      expect(await store.useNonce(aUse("10", 62, twice))).toEqual(fresh);
      // The limit has been lowered.
      expect(await store.useNonce(aUse("11", 63, { group: "jobs", limit: 1 }))).toEqual({
        kind: "throttled",
        free_at: NOW + 122_000,
      });
      await other.close();
    });
  });
}
