import { expect, it } from "@jest/globals";
import { errorLinesOf } from "../../../src/bugs/lookup/summary-errors.ts";

it.each<[string, unknown, string[]]>([
  [
    "its lines, in their order",
    { step_data: { all_errors: [{ line: "b" }, { line: "a" }, { line: "b" }] } },
    ["b", "a", "b"],
  ],
  [
    "an empty one for an error without",
    { step_data: { all_errors: [{}, { line: 5 }, null, { line: "a" }] } },
    ["", "", "", "a"],
  ],
  ["none without all_errors", { step_data: {} }, []],
  ["none if that is not a list", { step_data: { all_errors: {} } }, []],
  ["none without step_data", { logurl: "x" }, []],
  ["none of a list", [], []],
  ["none of text", "text", []],
  ["none of null", null, []],
])("the error lines of a summary: %s", (_case, blob, lines) => {
  expect(errorLinesOf(JSON.stringify(blob))).toEqual(lines);
});

it("there are none in a text that is not JSON", () => {
  expect(errorLinesOf("{")).toEqual([]);
});
