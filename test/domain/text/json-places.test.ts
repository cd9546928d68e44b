import { describe, expect, it } from "@jest/globals";
import { placesIn } from "../../../src/domain/text/json-places.ts";

const text = `[
  {"a": 1, "b": [true, {"c/d": "x"}]},
  {
    "a~b" : -1.5e3 ,
    "q\\"\\u0041": {"deep": [[[1, 2], "}]"]]},
    "twice": 1,
    "twice":
      {"in": 2}
  }
]`;

describe("the position of a value in a JSON text is found by its pointer", () => {
  it.each<[string, number, number, string]>([
    ["", 1, 1, "["],
    ["/0", 2, 3, '{"a"'],
    ["/0/a", 2, 9, "1,"],
    ["/0/b/0", 2, 18, "true"],
    ["/0/b/1/c~1d", 2, 32, '"x"'],
    ["/1", 3, 3, "{"],
    ["/1/a~0b", 4, 13, "-1.5e3"],
    ['/1/q"A/deep/0/0/1', 5, 33, "2]"],
    ["/1/twice", 8, 7, '{"in"'],
    ["/1/twice/in", 8, 14, "2}"],
  ])("%s", (pointer, line, column, begins) => {
    expect(placesIn(text, [pointer])).toEqual([{ line, column }]);
    expect((text.split("\n")[line - 1] ?? "").slice(column - 1).startsWith(begins)).toBe(true);
  });

  it("for a missing value, that of the value around it", () => {
    expect(placesIn(text, ["/0/state", "/1/twice/in/x/y", "/7"])).toEqual([
      { line: 2, column: 3 },
      { line: 8, column: 14 },
      { line: 1, column: 1 },
    ]);
  });

  it("in the order of the pointers, even if one occurs twice", () => {
    expect(placesIn(text, ["/1", "/0", "/1"]).map(({ line }) => line)).toEqual([3, 2, 3]);
  });

  it("with spaces in front, and in a text with a single value", () => {
    expect(placesIn(" \r\n\t7", [""])).toEqual([{ line: 2, column: 2 }]);
  });
});

it("ignoring a member that a later one of the same name replaces", () => {
  expect(placesIn('{"a": {"b": 1},\n "a": {}}', ["/a/b"])).toEqual([{ line: 2, column: 7 }]);
});

it("of a member whose name contains a lone surrogate, which pointers do not contain", () => {
  expect(placesIn('{"a": 1,\n "k\\ud800": 2}', ["/k\ufffd"])).toEqual([{ line: 2, column: 13 }]);
});

it("in one pass for a thousand pointers into a large text", () => {
  const items = Array.from({ length: 1000 }, (_, n) => ({ n, more: "x".repeat(900) }));
  const pointers = items.map((_, n) => `/${n}/n`);
  const places = placesIn(JSON.stringify(items, null, 1), pointers);
  expect(places.map(({ line }) => line)).toEqual(items.map((_, n) => 3 + 4 * n));
});
