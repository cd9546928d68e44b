import { describe, expect, it } from "@jest/globals";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

/** Tests what every store promises about suspects. */
export function suspectLedgerContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the ledger of suspects in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);

    it("counts the entries of each suspect until it is cleared", async () => {
      const { store } = empty;
      expect([await store.enterSuspects(["a"]), await store.enterSuspects(["b", "a"])]).toEqual([
        [1],
        [1, 2],
      ]);
      await store.clearSuspects(["a", "unknown"]);
      expect(await store.enterSuspects(["a", "b"])).toEqual([1, 2]);
    });

    it("counts a suspect twice if it is entered twice in one call", async () => {
      expect((await empty.store.enterSuspects(["a", "a", "a"])).toSorted()).toEqual([1, 2, 3]);
    });
  });
}
