import { expect, it } from "@jest/globals";
import { planFaults } from "./fault-plan.ts";
import { faults } from "./faults.ts";
import { seeded } from "./random.ts";

const names = (seed: number, count: number): string[] =>
  planFaults(faults, count, seeded(seed)).flatMap((round) => round.map(({ name }) => name));

it("every kind occurs once before any is repeated, in an order that depends on the seed", () => {
  const once = names(1, faults.length);
  expect(once.toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
  expect(names(1, 50)).toEqual(names(1, 50));
  expect(names(1, 50)).not.toEqual(names(2, 50));
  expect(names(1, 50)).toHaveLength(50);
});

it("two faults are combined only if one is of the workers and one of a server, and neither must be alone", () => {
  const rounds = Array.from({ length: 20 }, (_, seed) => planFaults(faults, 50, seeded(seed))).flat();
  const pairs = rounds.filter((round) => round.length > 1).map((round) => round.map(({ side }) => side));
  expect(pairs.length).toBeGreaterThan(0);
  for (const sides of pairs) {
    expect(sides.filter((side) => side === "worker")).toHaveLength(1);
    expect(sides).not.toContain("all");
  }
});
