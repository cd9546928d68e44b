import { describe, expect, it } from "@jest/globals";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

/** What every store promises about suspects. */
export function suspectLedgerContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the ledger of suspects in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);

    it("suspects are counted until they are cleared", async () => {
      expect([await empty.store.enterSuspect("h"), await empty.store.enterSuspect("h")]).toEqual([1, 2]);
      await empty.store.clearSuspect("h");
      expect(await empty.store.enterSuspect("h")).toBe(1);
    });
  });
}
