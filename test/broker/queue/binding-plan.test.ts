import { describe, expect, it } from "@jest/globals";
import { type PlanOptions, planBindings } from "../../../src/broker/queue/binding-plan.ts";
import type { Binding } from "../../../src/domain/binding.ts";
import type { KnownBinding } from "../../../src/store/ports/binding-ledger.ts";

const nowMs = Date.parse("2026-01-05T10:00:00Z");
const minutesAgo = (minutes: number): string => new Date(nowMs - minutes * 60_000).toISOString();
const binding = (routing_key: string): Binding => ({ exchange: "e", routing_key });
const known = (keys: string, ...workers: readonly string[]): KnownBinding[] =>
  knownAt(keys, minutesAgo(1), ...workers);
const knownAt = (keys: string, at: string, ...workers: readonly string[]): KnownBinding[] =>
  [...keys].map((key) => ({ ...binding(key), wanted: workers.map((by) => ({ by, at })) }));

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
    expect(plan(known("abc", "me"), "bcd")).toEqual({
      bind: "d",
      unchanged: "bc",
      unbind: "a",
      wantedByOthers: "",
      release: "",
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
    expect(plan(known(ledger, "me"), registry).isRefused).toBe(isRefused);
    expect(plan(known(ledger, "me"), registry, { force: true }).isRefused).toBe(false);
  });

  it("keeps bindings that another worker wants", () => {
    const ledger = [...known("ab", "me"), ...known("cd", "other")];
    expect(plan(ledger, "a")).toMatchObject({ unbind: "b", wantedByOthers: "cd", release: "" });
  });

  it("keeps bindings that another worker wants, also if this worker was the last to confirm them, and gives up its own claims", () => {
    const [held] = knownAt("b", minutesAgo(9), "other");
    const [mine] = known("b", "dead", "me");
    const stale = { by: "dead", at: minutesAgo(10) };
    const ledger = [{ ...binding("b"), wanted: [...(held?.wanted ?? []), ...(mine?.wanted ?? []), stale] }];
    expect(plan(ledger, "a")).toMatchObject({ unbind: "", wantedByOthers: "b", release: "b" });
    const { wantedByOthers } = planBindings(ledger, [], { worker: "me", nowMs, force: false });
    expect(wantedByOthers.flatMap(({ wanted }) => wanted)).toEqual([
      { by: "other", at: minutesAgo(9) },
      { by: "dead", at: minutesAgo(1) },
    ]);
  });

  it("gives up its claims to bindings whose removal is refused", () => {
    expect(plan([...known("abc", "me"), ...known("d", "me", "other")], "x", {})).toMatchObject({
      isRefused: false,
      release: "d",
    });
    const ledger = [...known("abcd", "me"), ...known("e"), ...known("f", "other")];
    expect(plan(ledger, "x")).toMatchObject({ isRefused: true, release: "abcd" });
  });

  it.each([
    ["has ended", known("ab")],
    ["has not reported for ten minutes", knownAt("ab", minutesAgo(10), "other")],
  ])("but does not keep them when that worker %s", (_what, ledger) => {
    expect(plan(ledger, "a")).toMatchObject({ unbind: "b", wantedByOthers: "" });
  });

  it("counts for the guard only the bindings that would be removed, not those that others keep", () => {
    expect(plan([...known("abc", "me"), ...known("defgh", "other")], "x").isRefused).toBe(false);
  });

  it("ignores the present wishes of other workers if all workers will get this registry", () => {
    expect(plan(known("ab", "other"), "a", { worker: null })).toMatchObject({
      unbind: "b",
      wantedByOthers: "",
      release: "",
    });
  });
});
