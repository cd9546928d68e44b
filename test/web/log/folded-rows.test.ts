import { describe, expect, it } from "@jest/globals";
import { allRows, failingRows, type ViewRows } from "../../../src/web/log/folded-rows.ts";

/** Lines are numbers, folds are `first-last`. */
function shown(rows: ViewRows): (number | string)[] {
  return Array.from({ length: rows.count }, (_, index) => {
    const row = rows.rowAt(index);
    return row.kind === "line" ? row.line : `${row.first}-${row.last}`;
  });
}
const lines = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("the view of only the failing lines has", () => {
  it.each([
    ["one line in the middle", 100, [50], ["0-44", ...lines(45, 55), "56-99"]],
    ["one line at each end", 100, [0, 99], [...lines(0, 5), "6-93", ...lines(94, 99)]],
    ["two that share lines around them", 100, [50, 58], ["0-44", ...lines(45, 63), "64-99"]],
    [
      "two with one line between them, which a fold would not save",
      100,
      [50, 62],
      ["0-44", ...lines(45, 67), "68-99"],
    ],
    [
      "two with two lines between them",
      100,
      [50, 63],
      ["0-44", ...lines(45, 55), "56-57", ...lines(58, 68), "69-99"],
    ],
    ["lines in any order, and twice", 100, [58, 50, 50], ["0-44", ...lines(45, 63), "64-99"]],
    ["lines outside of the log", 10, [-1, 10, 400], ["0-9"]],
    ["none", 10, [], ["0-9"]],
    ["a log of one line", 1, [0], [0]],
    ["an empty log", 0, [3], []],
  ])("%s", (_name, total, failing, rows) => {
    expect(shown(failingRows(total, failing))).toEqual(rows);
  });

  it("a fold that the reader has opened shows its lines", () => {
    expect(shown(failingRows(30, [10], new Set([16])))).toEqual(["0-4", ...lines(5, 29)]);
  });

  it.each([
    ["whole logs", allRows(100)],
    ["failing lines", failingRows(100, [3, 40, 41, 80])],
  ])("each row is found by its lines: %s", (_name, rows) => {
    for (let index = 0; index < rows.count; index++) {
      const row = rows.rowAt(index);
      const of = row.kind === "line" ? [row.line] : [row.first, row.last];
      expect(of.map((line) => rows.rowOf(line))).toEqual(of.map(() => index));
    }
  });

  it("a million lines with ten thousand failing ones are found quickly", () => {
    const rows = failingRows(
      1_000_000,
      lines(0, 9999).map((line) => line * 100),
    );
    expect(rows.rowAt(rows.rowOf(500_000))).toEqual({ kind: "line", line: 500_000 });
    expect(rows.rowAt(rows.rowOf(500_050))).toEqual({ kind: "fold", first: 500_006, last: 500_094 });
  });
});
