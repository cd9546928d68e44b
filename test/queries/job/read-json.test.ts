import { expect, it } from "@jest/globals";
import { readJson } from "../../../src/queries/job/read-json.ts";

it.each([
  ["JSON", '{"a":[1]}', { a: [1] }],
  ["no JSON", "{", null],
  ["as many lists as may be", `[${"[],".repeat(99_998)}[]]`, expect.any(Array)],
  ["more lists", `[${"[],".repeat(99_999)}[]]`, null],
  ["more objects", `[${"{},".repeat(100_000)}{}]`, null],
  ["deep nesting", "[".repeat(500_000) + "]".repeat(500_000), null],
])("a text of a stranger is read for a page: %s", (_what, text, value) => {
  expect(readJson(text)).toEqual(value);
});
