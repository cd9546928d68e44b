import { expect, it } from "@jest/globals";
import { parsePythonJson } from "../../../src/domain/text/python-json.ts";

it.each<[string, string, unknown]>([
  ["JSON", '{"a":[1,"NaN"]}', { a: [1, "NaN"] }],
  [
    "NaN and Infinity, which count as null",
    '{"a":NaN,"b":[Infinity,-Infinity,1]}',
    { a: null, b: [null, null, 1] },
  ],
  [
    "such words in a text, which stay",
    '{"NaN":"-Infinity \\" NaN","b":NaN}',
    { NaN: '-Infinity " NaN', b: null },
  ],
  ["NaN alone", "NaN", null],
  ["a text that is not JSON", '{"a":NaN', null],
  ["another spelling", '{"a":-NaN}', null],
  ["a text that does not end", '"NaN', null],
])("reads %s", (_case, text, value) => expect(parsePythonJson(text)).toEqual(value));
