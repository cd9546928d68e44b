import { expect, it } from "@jest/globals";
import { errorLinesOf } from "../../../src/bugs/lookup/summary-errors.ts";

it.each<[string, unknown, string[]]>([
  [
    "its lines, in their order",
    { step_data: { all_errors: [{ line: "b" }, { line: "a" }, { line: "b" }] } },
    ["b", "a", "b"],
  ],
  [
    "an empty line for an error without a line",
    { step_data: { all_errors: [{}, { line: 5 }, null, { line: "a" }] } },
    ["", "", "", "a"],
  ],
  ["none without all_errors", { step_data: {} }, []],
  ["none if all_errors is not a list", { step_data: { all_errors: {} } }, []],
  ["none without step_data", { logurl: "x" }, []],
  ["none if it is a list", [], []],
  ["none if it is text", "text", []],
  ["none if it is null", null, []],
])("the error lines of a summary: %s", (_case, blob, lines) => {
  expect(errorLinesOf(JSON.stringify(blob))).toEqual(lines);
});

it("a text that is not JSON has no error lines", () => {
  expect(errorLinesOf("{")).toEqual([]);
});

it("a number such as NaN, as Python writes it, does not cost the error lines", () => {
  expect(errorLinesOf('{"step_data":{"steps":[{"duration":NaN}],"all_errors":[{"line":"a"}]}}')).toEqual([
    "a",
  ]);
});
