import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { JsonSyntax } from "../../src/decode/json-syntax.ts";

/** Reads a text in pieces that end at these positions. */
function read(
  text: string,
  cuts: readonly number[] = [],
): { readonly isJson: boolean; readonly items: string[] } {
  const bytes = Buffer.from(text);
  const syntax = new JsonSyntax();
  const ends = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
  const isJson = ends.every((to) => syntax.read(bytes, to)) && syntax.isComplete;
  const items = syntax.starts.map((start, index) => bytes.toString("utf8", start, syntax.ends[index]));
  return { isJson, items };
}

function isJson(text: string): boolean {
  try {
    // In the bytes that are read, U+FFFD stands for a lone surrogate.
    JSON.parse(Buffer.from(text).toString());
    return true;
  } catch {
    return false;
  }
}

const valid: readonly string[] = [
  ...["0", "-0", "1", "-1", "10", "0.5", "1.50", "1e5", "1E+5", "1e-05", "-12.30e10", " 1 ", "1e400"],
  ...[
    '""',
    '"a"',
    '"\\""',
    '"\\\\"',
    '"\\/\\b\\f\\n\\r\\t"',
    '"\\u00eF"',
    '"\\ud800"',
    '"é😀"',
    '"\u007f\u2028"',
  ],
  ...["true", "false", "null", "\t\r\n true\n", "[]", "{}", "[ ]", "{ }", "[[]]", "[{}]", '{"":{}}'],
  ...['{"a":1}', '{ "a" : [ 1 , 2 ] , "b" : { "c" : "]" } }', '[1,"a",null,[2],{"x":[]}]', '{"a":1,"a":2}'],
  ...[
    '{"__proto__":{"a":1}}',
    `${"[".repeat(200)}${"]".repeat(200)}`,
    `${'{"a":'.repeat(99)}1${"}".repeat(99)}`,
  ],
];
const invalid: readonly string[] = [
  ...[
    "",
    " ",
    "-",
    "01",
    "-01",
    "1.",
    ".5",
    "1.e5",
    "1e",
    "1e+",
    "+1",
    "0x1",
    "1_0",
    "1 2",
    "--1",
    "0.5.5",
    "1e5.5",
  ],
  ...["NaN", "Infinity", "-Infinity", "nan", "undefined", "tru", "truth", "trueX", "nul", "True"],
  ...[
    '"',
    '"a',
    '"\\"',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123"',
    '"\n"',
    '"\u0000"',
    "'a'",
    '"a" "b"',
    '"\\',
    '"\\u',
  ],
  ...[
    "[",
    "]",
    "{",
    "}",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[,]",
    "[1 2]",
    "[1}",
    "{]",
    "{1:2}",
    "{a:1}",
    '{"a"}',
  ],
  ...[
    '{"a":}',
    '{"a":1,}',
    "{,}",
    '{"a" 1}',
    '{"a"::1}',
    '{"a":1 "b":2}',
    "[]]",
    "[][]",
    "{}{}",
    "[1],",
    "1,2",
  ],
  ...["\ufeff[]", "[]\ufeff", "[\u00a01]", "[\v1]", "[1/*x*/]", "//", "[1]\u0000", '{"a":1]', "[{]}"],
];

describe("the JSON reader", () => {
  it.each(valid.map((text) => [text]))("accepts %j", (text) => {
    expect([isJson(text), read(text).isJson]).toEqual([true, true]);
    expect(
      read(
        text,
        [...text].map((_, index) => index),
      ).isJson,
    ).toBe(true);
  });

  it.each(invalid.map((text) => [text]))("refuses %j", (text) => {
    expect([isJson(text), read(text).isJson]).toEqual([false, false]);
    expect(
      read(
        text,
        [...text].map((_, index) => index),
      ).isJson,
    ).toBe(false);
  });
});

const cuts = fc.array(fc.nat(60), { maxLength: 5 });
const token = fc.constantFrom(
  ...["{", "}", "[", "]", ",", ":", '"', '"a"', '""', "\\", "\\u00e9", "\\n", "u", " ", "\n", "\t", "\u0000"],
  ...[
    "0",
    "1",
    "9",
    "-",
    "+",
    ".",
    "e",
    "E",
    "true",
    "false",
    "null",
    "t",
    "n",
    "a",
    "f",
    "é",
    "😀",
    "\ufeff",
  ],
);

it("agrees with JSON.parse about any sequence of tokens, wherever the pieces end", () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), cuts, (tokens, at) => {
      const text = tokens.join("");
      expect([text, read(text, at).isJson]).toEqual([text, isJson(text)]);
    }),
    { numRuns: 2000 },
  );
});

it("agrees with JSON.parse about JSON in which something was changed", () => {
  const changed = fc
    .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.nat(3), token)
    .map(([json, at, drop, put]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + put + json.slice(place + drop);
    });
  fc.assert(
    fc.property(changed, cuts, (text, at) => {
      expect([text, read(text, at).isJson]).toEqual([text, isJson(text)]);
    }),
    { numRuns: 2000 },
  );
});

it("finds each item of a list, with any white space around it", () => {
  const blank = fc.constantFrom("", " ", "\n\t", "\r\n  ");
  fc.assert(
    fc.property(fc.array(fc.json({ maxDepth: 3 }), { maxLength: 8 }), blank, cuts, (items, space, at) => {
      const text = `${space}[${space}${items.join(`${space},${space}`)}${space}]${space}`;
      const found = read(text, at);
      expect(found.isJson).toBe(true);
      expect(found.items.map((item) => JSON.parse(item))).toEqual(JSON.parse(Buffer.from(text).toString()));
    }),
    { numRuns: 500 },
  );
});

it("finds no items in anything but a list", () => {
  for (const text of ['{"a":[1,2]}', '"[1,2]"', "1", '{"a":{"b":[]}}']) expect(read(text).items).toEqual([]);
});
