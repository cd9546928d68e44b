import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { parseSource, SourceNumber, writeSource } from "../../../src/domain/text/source-json.ts";

const changed = [
  ...["1724442618569203714", "20160701123456789012345", "9007199254740993", "-9007199254740993"],
  ...["1e400", "-1e400", "1E5", "1e5", "1e+5", "4503599627370497.5", "1e-400", "0e0", "-0", "-0.0", "0.0"],
  ...["1.0", "1.10", "10.50", "0.0000001", "0.00000010", "3.14159265358979323846", "123456.1234567890123"],
  ...["0.1234567890123456789", "1000000000000000000000", "100000000000000000000.5"],
];
const unchanged = [
  ...[
    "0",
    "7",
    "-7",
    "10",
    "100",
    "0.1",
    "0.05",
    "1.25",
    "-1.5",
    "0.000001",
    "1451988000.123",
    "1e-7",
    "5e-324",
  ],
  ...["9007199254740991", "1451988000000", "1451988000000000", "100000000000000000000", "1e+21", "1.5e-10"],
];

describe("a number that JavaScript would change keeps its text", () => {
  it.each(changed)("%s", (number) => {
    for (const text of [number, `[${number}]`, `{"a":${number},"b":[1,${number}]}`]) {
      const { value, source } = parseSource(text);
      expect(value).toEqual(JSON.parse(text));
      expect(writeSource(source)).toBe(text);
    }
  });

  it("with any white space around it", () => {
    const { source } = parseSource('\n{ "a" :\t1.0\r\n, "b" : [ -0 ,1e2\n] }\n');
    expect(writeSource(source)).toBe('{"a":1.0,"b":[-0,1e2]}');
    expect(writeSource(source, 2)).toBe('{\n  "a": 1.0,\n  "b": [\n    -0,\n    1e2\n  ]\n}');
  });
});

describe("for any other text the result is that of JSON.parse", () => {
  it.each(unchanged)("the number %s", (number) => {
    const { value, source } = parseSource(`{"a":${number}}`);
    expect(value).toEqual({ a: Number(number) });
    expect(source).toBe(value);
  });

  it.each([
    ["numbers in text", '{"a":"1.0","b":"x: 1e400, 1724442618569203714","1.0":1}'],
    ["numbers in text after quotes and backslashes", '["\\"",":1.0,","\\\\",",1e400]","\\\\\\"[1.0]"]'],
    [
      "times and revisions",
      '{"t":"2026-01-05T10:00:00.000Z","r":"a98d9bed366c133ebdf1feb5cf365a3c3703a337"}',
    ],
    ["white space in text", '["1.0 ,", " 1.0 "]'],
  ])("%s", (_case, text) => {
    const { value, source } = parseSource(text);
    expect(value).toEqual(JSON.parse(text));
    expect(source).toBe(value);
  });

  it.each(['{"a":1.0', '{"a":01.0}', '{"a":1.}', "1.0 2.0", '{"a":1e}', '["1.0]', ""])(
    "not JSON: %s",
    (text) => {
      expect(() => parseSource(text)).toThrow(SyntaxError);
    },
  );
});

it("the last of two members with the same name is kept, and no prototype is changed", () => {
  const { source } = parseSource('{"a":1.0,"a":2.0,"__proto__":{"x":1.0},"constructor":3.0}');
  expect(writeSource(source)).toBe('{"a":2.0,"__proto__":{"x":1.0},"constructor":3.0}');
  expect(Object.getPrototypeOf(source)).toBe(Object.prototype);
});

it("a lone surrogate in a name becomes a replacement character, at any depth", () => {
  const { value, source } = parseSource('{"a":[{"k\\ud800":1.10,"b":2}],"\\udc00":3}');
  expect(writeSource(source)).toBe('{"a":[{"b":2,"k\ufffd":1.10}],"\ufffd":3}');
  expect(value).toEqual({ a: [{ b: 2, "k\ufffd": 1.1 }], "\ufffd": 3 });
});

it("a lone surrogate becomes a replacement character, also in a text with such numbers", () => {
  for (const number of ["1", "1.0"]) {
    expect(writeSource(parseSource(`["\\ud800",${number},"\\ud83d\\ude00"]`).source)).toBe(
      `["\ufffd",${number},"😀"]`,
    );
  }
});

it("a part of a parsed value is written like the whole", () => {
  const { source } = parseSource('{"blob":1.10,"list":[1e400]}');
  const { blob, list } = source as { blob: unknown; list: unknown };
  expect(blob).toBeInstanceOf(SourceNumber);
  expect([writeSource(blob), writeSource(list)]).toEqual(["1.10", "[1e400]"]);
});

it("with any numbers, the written text equals the parsed one, and the value equals that of JSON.parse", async () => {
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,24})$/);
  const number = fc
    .tuple(
      fc.constantFrom("", "-"),
      digits,
      fc.stringMatching(/^(\.\d{1,24})?$/),
      fc.stringMatching(/^([eE][+-]?\d{1,3})?$/),
    )
    .map((parts) => parts.join(""));
  // Names have no escapes here, because JSON.parse of Node 26.10 sometimes confuses such names.
  const { json } = fc.letrec<{ json: string }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      number,
      fc.string({ unit: "binary" }).map((text) => JSON.stringify(text.toWellFormed())),
      fc.array(tie("json"), { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
      fc.dictionary(fc.stringMatching(/^[a-z:, ]{1,5}$/), tie("json"), { maxKeys: 5 }).map(
        (members) =>
          `{${Object.entries(members)
            .map(([name, item]) => `${JSON.stringify(name)}:${item}`)
            .join(",")}}`,
      ),
    ),
  }));
  await fc.assert(
    fc.property(json, (text) => {
      const { value, source } = parseSource(text);
      expect(value).toEqual(JSON.parse(text));
      expect(writeSource(source)).toBe(text);
      expect(source === value).toBe(JSON.stringify(value) === text);
    }),
    { numRuns: 3000 },
  );
});
