import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { prettyJson } from "../../../src/domain/text/pretty-json.ts";

describe("the formatted JSON text, with a line for each member,", () => {
  it.each([
    [{ a: 1, b: [true, null, "x"], c: {}, d: [], e: [[], [1]] }],
    ["text"],
    [[{ 'quo"te': 'a\\"b,{[' }, -1.5e-7]],
  ])("is what JSON.stringify writes: %j", (value) => {
    const wanted = JSON.stringify(value, null, 2);
    expect(prettyJson(JSON.stringify(value), 10_000)).toEqual({ text: wanted, isCut: false });
    expect(prettyJson(wanted, 10_000)).toEqual({ text: wanted, isCut: false });
  });

  it("is that of JSON.stringify for any value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, isSpaced) => {
        const text = JSON.stringify(value, null, isSpaced ? "\t" : 0);
        expect(prettyJson(text, 1e6).text).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it("keeps the digits of numbers as they are written", () => {
    expect(prettyJson("[12345678901234567890,1.10]", 100).text).toBe("[\n  12345678901234567890,\n  1.10\n]");
  });

  it("ends at the limit, also within a long string", () => {
    const { text, isCut } = prettyJson(`["${"x".repeat(100_000)}"]`, 20);
    expect(isCut).toBe(true);
    expect(text).toBe(`[\n  "${"x".repeat(15)}`);
  });

  it("is the text itself if it is not JSON", () => {
    expect(prettyJson('{"a": oops', 100)).toEqual({ text: '{\n  "a": oops', isCut: false });
    expect(prettyJson("]]]}", 100).isCut).toBe(false);
  });
});
