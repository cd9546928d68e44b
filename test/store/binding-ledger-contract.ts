import { describe, expect, it } from "@jest/globals";
import type { Binding } from "../../src/domain/binding.ts";
import { type BindingClaim, MAX_CLAIMS } from "../../src/domain/binding-claim.ts";
import type { BindingLedger } from "../../src/store/ports/binding-ledger.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

const aBinding = (routing_key: string): Binding => ({ exchange: "e", routing_key });
/** Returns a time on a day in January. */
const at = (time: string): string => `2026-01-05T${time}.000Z`;
/** A worker's name has the name of its host, which may contain dots and more. */
const [a, b, c] = ["a.example.com-1", "$b.example.com-2", "c'\"-3"] as const;

/** Tests what a ledger promises about claims. Each test has a new one. */
export function bindingClaimsContract(ledger: () => BindingLedger): void {
  /** Returns the workers that claim each binding, with their times. */
  async function claims(queue = "q"): Promise<Record<string, Record<string, string>>> {
    const known = await ledger().readBindings(queue);
    const byKey = known.map(({ routing_key, wanted }) => {
      expect(new Set(wanted.map(({ by }) => by)).size).toBe(wanted.length);
      return [routing_key, Object.fromEntries(wanted.map((claim) => [claim.by, claim.at]))];
    });
    return Object.fromEntries(byKey);
  }
  const note = (keys: string, claim: BindingClaim) =>
    ledger().noteBindings("q", [...keys].map(aBinding), claim);

  it("keeps the claim of each worker to a binding, with the time of its last confirmation", async () => {
    await note("xy", { by: a, at: at("10:00:00") });
    await note("yz", { by: b, at: at("10:01:00") });
    await note("yx", { by: a, at: at("10:02:00") });
    expect(await claims()).toEqual({
      x: { [a]: at("10:02:00") },
      y: { [a]: at("10:02:00"), [b]: at("10:01:00") },
      z: { [b]: at("10:01:00") },
    });
  });

  it("removes only the claims of the worker that gives them up, and keeps bindings that nobody claims", async () => {
    await note("xyz", { by: a, at: at("10:00:00") });
    await note("xy", { by: b, at: at("10:00:00") });
    await ledger().releaseBindings("q", ["y", "z", "unknown"].map(aBinding), a);
    await ledger().releaseBindings("q", ["x"].map(aBinding), c);
    expect(await claims()).toEqual({
      x: { [a]: at("10:00:00"), [b]: at("10:00:00") },
      y: { [b]: at("10:00:00") },
      z: {},
    });
    await note("z", { by: c, at: at("10:00:00") });
    expect((await claims())["z"]).toEqual({ [c]: at("10:00:00") });
  });

  it("drops claims that are ten minutes old as soon as another worker confirms the binding", async () => {
    await note("xy", { by: a, at: at("10:00:00") });
    await note("x", { by: b, at: at("10:00:01") });
    await note("x", { by: c, at: at("10:10:00") });
    expect(await claims()).toEqual({
      x: { [b]: at("10:00:01"), [c]: at("10:10:00") },
      y: { [a]: at("10:00:00") },
    });
    await note("x", { by: c, at: at("10:10:01") });
    expect((await claims())["x"]).toEqual({ [c]: at("10:10:01") });
  });

  it("keeps a limited number of claims to a binding, however often workers start", async () => {
    for (let n = 0; n < MAX_CLAIMS + 2; n++) await note("x", { by: `${a}${n}`, at: at("10:00:00") });
    const workers = Object.keys((await claims())["x"] ?? {});
    const last = Array.from({ length: MAX_CLAIMS }, (_, n) => `${a}${n + 2}`);
    expect(workers.toSorted()).toEqual(last.toSorted());
  });
}

/** Tests what every store promises about bindings. */
export function bindingLedgerContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the ledger of bindings in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);
    bindingClaimsContract(() => empty.store);

    it("keeps bindings for each queue until they are forgotten", async () => {
      expect(await empty.store.readBindings("q")).toEqual([]);
      const claim = { by: a, at: at("10:00:00") };
      const [one, two] = [aBinding("k/1"), aBinding("k")];
      await empty.store.noteBindings("q", [one, two], claim);
      await empty.store.noteBindings("other", [one], claim);
      await empty.store.noteBindings("q", [], claim);
      await empty.store.releaseBindings("q", [one, two], a);
      expect(await empty.store.readBindings("other")).toEqual([{ ...one, wanted: [claim] }]);
      await empty.store.forgetBindings("q", [two]);
      expect(await empty.store.readBindings("q")).toEqual([{ ...one, wanted: [] }]);
      await empty.store.forgetBindings("q", [one]);
      expect(await empty.store.readBindings("q")).toEqual([]);
      expect(await empty.store.readBindings("other")).toHaveLength(1);
    });

    it("lists the workers that have confirmed a binding since then, also beside earlier ones", async () => {
      await empty.store.noteBindings("q", ["x", "y"].map(aBinding), { by: a, at: at("10:00:00") });
      await empty.store.noteBindings("q", ["x", "z"].map(aBinding), { by: b, at: at("10:01:00") });
      await empty.store.noteBindings("other", [aBinding("x")], { by: c, at: at("10:01:00") });
      const since = async (time: string) => (await empty.store.listBindingWorkers("q", time)).toSorted();
      expect(await since(at("10:00:00"))).toEqual([b, a]);
      expect(await since("2026-01-05T10:00:00.001Z")).toEqual([b]);
      expect(await since(at("10:02:00"))).toEqual([]);
    });

    it("keeps the claims of many workers to the same bindings at the same time, in any order", async () => {
      const keys = Array.from({ length: 600 }, (_, n) => `k${n}`);
      const workers = ["a", "b", "c", "d"];
      // In the second round, half of the bindings are known.
      for (const [time, some] of [
        [at("10:00:00"), keys.slice(0, 300).map(aBinding)],
        [at("10:01:00"), keys.map(aBinding)],
      ] as const) {
        const notes = workers.map((by, nth) =>
          empty.store.noteBindings("q", nth % 2 === 0 ? some : some.toReversed(), { by, at: time }),
        );
        await Promise.all(notes);
        const known = await empty.store.readBindings("q");
        expect(new Set(known.map(({ routing_key }) => routing_key))).toEqual(
          new Set(some.map(({ routing_key }) => routing_key)),
        );
        for (const { wanted } of known) {
          const claims = wanted.toSorted((one, other) => one.by.localeCompare(other.by));
          expect(claims).toEqual(workers.map((by) => ({ by, at: time })));
        }
      }
    });
  });
}
