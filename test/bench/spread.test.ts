import { describe, expect, it } from "@jest/globals";
import { median, percentile } from "./part.ts";
import { turnsOf } from "./rounds.ts";
import { ratios, spreadOf } from "./spread.ts";

describe("figures of several rounds", () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])("the median of %j is %d", (values, middle) => expect(median(values)).toBe(middle));

  it("a percentile is the smallest value that at least that share of all values does not exceed", () => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([7], 0.99)]).toEqual([50, 99, 7]);
  });

  it("a spread has a median, a minimum and a maximum, all rounded", () => {
    expect(spreadOf([2.26, 1.14, 9.99], 1)).toEqual({ median: 2.3, min: 1.1, max: 10 });
    expect(() => spreadOf([], 1)).toThrow("no values");
  });

  it("ratios are computed within each round, so a slow round does not change them", () => {
    // The machine was half as fast in the second round.
    expect(ratios([100, 50, 100], [400, 200, 400])).toEqual([0.25, 0.25, 0.25]);
    expect(() => ratios([1, 2], [1])).toThrow("2 rounds beside 1");
  });
});

describe("the order of a round", () => {
  const all = ["a", "b", "c"];

  it("contains every contender once", () => {
    for (const round of [0, 1, 2, 7]) expect(turnsOf(all, round).toSorted()).toEqual(all);
  });

  it("begins with another contender in each round", () => {
    expect([0, 1, 2, 3].map((round) => turnsOf(all, round).join(""))).toEqual(["abc", "bca", "cab", "abc"]);
    expect(turnsOf([], 1)).toEqual([]);
  });
});
