import { describe, expect, it } from "@jest/globals";
import type { KnownBinding } from "../../src/store/ports/binding-ledger.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const aKnownBinding = (routing_key: string, wanted_by: string, wanted_at: string | null): KnownBinding => ({
  exchange: "e",
  routing_key,
  wanted_by,
  wanted_at,
});
const byKey = (a: KnownBinding, b: KnownBinding): number => a.routing_key.localeCompare(b.routing_key);

/** Tests what every store promises about bindings. */
export function bindingLedgerContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the ledger of bindings in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);

    it("keeps bindings for each queue until they are forgotten", async () => {
      expect(await empty.store.readBindings("q")).toEqual([]);
      const at = "2026-01-05T10:00:00.000Z";
      const one = aKnownBinding("k/1", "a", at);
      const two = aKnownBinding("k", "a", at);
      await empty.store.noteBindings("q", [one, two]);
      await empty.store.noteBindings("other", [one]);
      // Another worker's records do not remove other bindings.
      const taken = { ...two, wanted_by: "b", wanted_at: null };
      await empty.store.noteBindings("q", [taken]);
      expect((await empty.store.readBindings("q")).toSorted(byKey)).toEqual([taken, one]);
      expect(await empty.store.listBindingWorkers("q", at)).toEqual(["a"]);
      expect(await empty.store.listBindingWorkers("q", "2026-01-05T10:00:00.001Z")).toEqual([]);
      await empty.store.forgetBindings("q", [{ exchange: "e", routing_key: "k" }]);
      expect(await empty.store.readBindings("q")).toEqual([one]);
      expect(await empty.store.readBindings("other")).toEqual([one]);
    });

    it("accepts the same bindings from many workers at the same time", async () => {
      const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
      const notes = ["a", "b", "c", "d"].map((worker) =>
        empty.store.noteBindings(
          "q",
          keys.map((key) => aKnownBinding(key, worker, null)),
        ),
      );
      await Promise.all(notes);
      expect((await empty.store.readBindings("q")).map(({ routing_key }) => routing_key).toSorted()).toEqual(
        keys.toSorted(),
      );
    });
  });
}
