import { describe, expect, it } from "@jest/globals";
import { type PlanOptions, planBindings } from "../../../src/broker/queue/binding-plan.ts";
import type { Binding } from "../../../src/domain/binding.ts";
import type { KnownBinding } from "../../../src/store/ports/binding-ledger.ts";

const nowMs = Date.parse("2026-01-05T10:00:00Z");
const minutesAgo = (minutes: number): string => new Date(nowMs - minutes * 60_000).toISOString();
const binding = (routing_key: string): Binding => ({ exchange: "e", routing_key });
const known = (keys: string, wanted_by = "me", wanted_at: string | null = minutesAgo(1)): KnownBinding[] =>
  [...keys].map((key) => ({ ...binding(key), wanted_by, wanted_at }));

/** Routing keys, a letter each for brevity. */
function plan(ledger: readonly KnownBinding[], registry: string, options: Partial<PlanOptions> = {}) {
  const all = { worker: "me", nowMs, force: false, ...options };
  const { isRefused, ...lists } = planBindings(ledger, [...registry].map(binding), all);
  const letters = Object.entries(lists).map(([name, list]) => [
    name,
    list.map(({ routing_key }) => routing_key).join(""),
  ]);
  return { isRefused, ...Object.fromEntries(letters) };
}

describe("the plan of bindings", () => {
  it("lists what is added, what stays and what is removed", () => {
    expect(plan(known("abc"), "bcd")).toEqual({
      bind: "d",
      unchanged: "bc",
      unbind: "a",
      wantedByOthers: "",
      isRefused: false,
    });
  });

  it("binds everything and removes nothing if nothing is known", () => {
    expect(plan([], "ab")).toMatchObject({ bind: "ab", unbind: "", isRefused: false });
  });

  it.each([
    ["three of three", "abc", "x", false],
    ["four of four", "abcd", "x", true],
    ["four of eight, half of them", "abcdefgh", "abcd", false],
    ["five of eight", "abcdefgh", "abc", true],
  ])("to remove %s: refused %#", (_what, ledger, registry, isRefused) => {
    expect(plan(known(ledger), registry).isRefused).toBe(isRefused);
    expect(plan(known(ledger), registry, { force: true }).isRefused).toBe(false);
  });

  it("keeps bindings that another worker wants", () => {
    const ledger = [...known("ab"), ...known("cd", "other")];
    expect(plan(ledger, "a")).toMatchObject({ unbind: "b", wantedByOthers: "cd" });
  });

  it.each([
    ["has ended", null],
    ["has not reported for ten minutes", minutesAgo(10)],
  ])("but does not keep them when that worker %s", (_what, wantedAt) => {
    expect(plan(known("ab", "other", wantedAt), "a")).toMatchObject({ unbind: "b", wantedByOthers: "" });
  });

  it("counts for the guard only the bindings that would be removed, not those that others keep", () => {
    expect(plan([...known("abc"), ...known("defgh", "other")], "x").isRefused).toBe(false);
  });

  it("ignores the present wishes of other workers if all workers will get this registry", () => {
    expect(plan(known("ab"), "a", { worker: null })).toMatchObject({ unbind: "b", wantedByOthers: "" });
  });
});
