import { expect, it } from "@jest/globals";
import { sparklinePath } from "../../src/web/sparkline-path.ts";

const size = { width: 90, height: 10 };

it.each<[string, (number | null)[], string]>([
  ["rises to the largest value", [0, 5, 10], "M0 10L45 5L90 0"],
  ["stays at the bottom while nothing happens", [0, 0, 0], "M0 10L45 10L90 10"],
  ["stays at the top while all values are equal", [7, 7], "M0 0L90 0"],
  ["has a gap where a value is unknown", [4, null, 4, 2], "M0 0M60 0L90 5"],
  ["has one point for one value", [3], "M0 0"],
  ["is empty without values", [], ""],
  ["is empty if all values are unknown", [null, null], ""],
  ["rounds to tenths", [1, 3, 3], "M0 6.7L45 0L90 0"],
])("a curve %s", (_what, values, path) => {
  expect(sparklinePath(values, size)).toBe(path);
});
