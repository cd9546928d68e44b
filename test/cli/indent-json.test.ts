import { describe, expect, it } from "@jest/globals";
import { indentJson } from "../../src/cli/indent-json.ts";

describe("indented JSON", () => {
  it.each([
    {},
    [],
    "a",
    { a: [], b: {}, c: [1, [2, { d: null }]], 'e\\"}': "{[,: \n]", "": true, f: -1.5e30 },
    [[], [[]], {}, { a: {} }, "\\"],
  ])("%j looks as JSON.stringify makes it", (value) => {
    expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    expect(indentJson(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2));
  });

  it("keeps numbers as they are written", () => {
    expect(indentJson('{"a":[9007199254740993,1e400,1.0]}')).toBe(
      '{\n  "a": [\n    9007199254740993,\n    1e400,\n    1.0\n  ]\n}',
    );
  });

  it("takes strings of many megabytes", () => {
    const text = JSON.stringify({ a: `\\"${"x\\".repeat(4_000_000)}` });
    expect(indentJson(text).length).toBe(text.length + "\n  ".length + " ".length + "\n".length);
  });
});
