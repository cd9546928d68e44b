import { expect, it } from "@jest/globals";
import { readJson } from "../../../src/queries/job/read-json.ts";

it.each([
  ["JSON", '{"a":[1]}', { a: [1] }],
  ["text that is not JSON", "{", null],
  ["the maximum number of lists", `[${"[],".repeat(99_998)}[]]`, expect.any(Array)],
  ["more lists", `[${"[],".repeat(99_999)}[]]`, null],
  ["more objects", `[${"{},".repeat(100_000)}{}]`, null],
  ["deep nesting", "[".repeat(500_000) + "]".repeat(500_000), null],
])("an untrusted text is read for a page: %s", (_what, text, value) => {
  expect(readJson(text)).toEqual(value);
});
