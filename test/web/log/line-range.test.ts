import { describe, expect, it } from "@jest/globals";
import { includesLine, rangeBetween, rangeHash, readRange } from "../../../src/web/log/line-range.ts";

describe("the lines that an address names", () => {
  it.each([
    ["#L10", { first: 10, last: 10 }],
    ["#L0", { first: 0, last: 0 }],
    ["#L10-L20", { first: 10, last: 20 }],
    ["#L20-10", { first: 10, last: 20 }],
    ["", null],
    ["#main", null],
    ["#L", null],
    ["#L-1", null],
    ["#L1.5", null],
    ["#L1234567890", null],
    ["#L1-L2-L3", null],
    ["#l1", null],
  ])("%s", (hash, range) => {
    expect(readRange(hash)).toEqual(range);
  });

  it.each(["#L0", "#L7", "#L3-L9"])("%s is written as it is read", (hash) => {
    const range = readRange(hash);
    expect(range === null ? "" : rangeHash(range)).toBe(hash);
  });

  it("may be selected in both directions", () => {
    expect(rangeBetween(9, 3)).toEqual({ first: 3, last: 9 });
    expect([2, 3, 9, 10].map((line) => includesLine({ first: 3, last: 9 }, line))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(includesLine(null, 0)).toBe(false);
  });
});
