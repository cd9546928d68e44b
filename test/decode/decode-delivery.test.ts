import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { decodeDelivery } from "../../src/decode/decode-delivery.ts";
import { aDelivery } from "../examples.ts";

const limits = { maxDepth: 8, maxObjects: 1000, maxJobs: 500, maxBodyBytes: 1_048_576 };
const decode = (body: string | Buffer) => decodeDelivery(aDelivery(Buffer.from(body)), limits);

function valuesOf(decoded: ReturnType<typeof decode>): readonly unknown[] {
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.fault));
  return decoded.value.map(({ value }) => value);
}

describe("a body that is read", () => {
  const table: readonly (readonly [title: string, body: string, values: unknown])[] = [
    ["one object", '{"a":1}', [{ a: 1 }]],
    ["an array: each of its items", '[{"a":1},5,null]', [{ a: 1 }, 5, null]],
    ["an array in an array is one item", "[[1,2]]", [[1, 2]]],
    ["anything else is one value, for the schema to refuse", '"text"', ["text"]],
    ["white space around it", ' \n{"a":1}\t', [{ a: 1 }]],
    [
      "brackets within text do not count as nesting",
      `{"a":"${"[{".repeat(50)}\\"["}`,
      [{ a: `${"[{".repeat(50)}"[` }],
    ],
    ["a duplicate member: the last one counts", '{"a":1,"a":2}', [{ a: 2 }]],
    ["characters beyond the basic plane, escaped or not", '["😀","\\ud83d\\ude00"]', ["😀", "😀"]],
    ["a NUL character", '["\\u0000"]', ["\u0000"]],
    [
      "half of a surrogate pair becomes a replacement character",
      '{"a":["x\\ud800","\\uDE00"]}',
      [{ a: ["x\ufffd", "\ufffd"] }],
    ],
    ["nesting of the maximum depth", "[".repeat(8) + "]".repeat(8), [[[[[[[[]]]]]]]]],
  ];
  for (const [title, body, values] of table) {
    it(title, () => expect(valuesOf(decode(body))).toEqual(values));
  }

  it("makes a member of any name an own member of the object, and changes no prototype", () => {
    const body = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const decoded = decode(body);
    const [value] = valuesOf(decoded);
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("a body that is refused", () => {
  const table: readonly (readonly [title: string, body: string | Buffer, detail: string])[] = [
    ["nothing", "", "is empty"],
    ["only white space", "  ", "is not JSON"],
    ["an empty array", "[]", "holds no job"],
    ["half a message", '{"taskId":"a', "is not JSON"],
    ["two values", "{}{}", "is not JSON"],
    ["a trailing comma", '{"a":1,}', "is not JSON"],
    ["single quotes", "{'a':1}", "is not JSON"],
    ["a trailing comma on a later line", '{\n  "a": 1,\n}', "(line 3 column 1)"],
    ["NaN", '{"a":NaN}', "is not JSON"],
    ["a number with a leading zero", '{"a":01}', "is not JSON"],
    ["a line feed within text", '{"a":"\n"}', "is not JSON"],
    ["a byte order mark", "\ufeff{}", "is not JSON: it begins with a byte order mark"],
    ["UTF-16", Buffer.from("{}", "utf16le"), "is UTF-16 data, but its properties do not say so"],
    ["UTF-16 with the other byte order", Buffer.from('{"ä":1}', "utf16le").swap16(), "is UTF-16 data"],
    ["UTF-16 with a byte order mark", Buffer.from("\ufeff{}", "utf16le"), "is UTF-16 data"],
    ["gzip", gzipSync("{}"), "is gzip data, but its properties do not say so"],
    ["zlib", deflateSync("{}"), "is zlib data"],
    ["zstd", Buffer.from("28b52ffd2002110000", "hex"), "is zstd data"],
    ["bzip2", Buffer.from("BZh91AY&SY\x01"), "is bzip2 data"],
    ["a no-break space", '{\n\u00a0"a":1}', '(line 2 column 1); the character there is "\\u00a0"'],
    ["a zero-width space at the beginning", "\u200b{}", 'the character there is "\\u200b"'],
    ["typographic quotes", "{\u201ca\u201d:1}", 'the character there is "\\u201c"'],
    ["a NUL at the end", "{}\0", 'the character there is "\\u0000"'],
    ["a character of two units", "{\u{1f600}}", 'the character there is "\\ud83d\\ude00"'],
    ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22]), "is not valid UTF-8"],
    ["a lone surrogate in UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "is not valid UTF-8"],
    ["an overlong slash in UTF-8", Buffer.from([0x22, 0xc0, 0xaf, 0x22]), "is not valid UTF-8"],
    ["nesting that is too deep", "[".repeat(9) + "]".repeat(9), "deeper than 8"],
    ["objects that are too deep", `${'{"a":'.repeat(9)}1${"}".repeat(9)}`, "deeper than 8"],
    ["brackets without an end", "[".repeat(1_000_000), "deeper than 8"],
    ["closing brackets first", "]".repeat(9) + "[".repeat(17), "is not JSON"],
  ];
  for (const [title, body, detail] of table) {
    it(title, () => {
      expect(decode(body)).toMatchObject({
        ok: false,
        fault: { reason: "malformed-body", detail: expect.stringContaining(detail) },
      });
    });
  }

  it("is told how to declare the format that it has", () => {
    const advice = (body: Buffer) => decodeDelivery(aDelivery(body), limits);
    const toDeclare = (name: string) => ({
      fault: { advice: expect.stringContaining(`content_encoding to ${name}`) },
    });
    expect(advice(gzipSync("{}"))).toMatchObject(toDeclare("gzip"));
    expect(advice(Buffer.from("{}", "utf16le"))).toMatchObject(toDeclare("utf-16-le"));
    expect(advice(Buffer.from("PK\x03\x04\xff", "latin1"))).not.toHaveProperty("fault.advice");
  });

  it("is one that was cut on arrival: the fault gives its length and the limit", () => {
    const oversize = { bytes: 5000, sha256: "00", limitBytes: 1024 };
    expect(decodeDelivery(aDelivery(Buffer.from("{}"), { oversize }), limits)).toEqual({
      ok: false,
      fault: { reason: "oversize-body", bytes: 5000, limitBytes: 1024 },
    });
  });
});

describe("a body with more objects and lists than are allowed", () => {
  const fault = (body: string) => {
    const decoded = decodeDelivery(aDelivery(Buffer.from(body)), limits);
    return decoded.ok ? null : decoded.fault;
  };
  const objects = (count: number) => `[${Array.from({ length: count }, () => "{}").join(",")}]`;

  it("is refused before it is parsed", () => {
    // The object and the list around the others count too.
    expect(fault(`{"a":${objects(limits.maxObjects - 2)}}`)).toBeNull();
    expect(fault(`{"a":${objects(limits.maxObjects - 1)}}`)).toEqual({
      reason: "too-many-objects",
      limit: limits.maxObjects,
    });
    expect(fault(`{"a":${objects(limits.maxObjects)} this is not JSON`)).toMatchObject({
      reason: "too-many-objects",
    });
  });

  it("is refused for numbers whose text has to be kept, each of which counts twice; other numbers do not count", () => {
    const numbers = (count: number, number: string) => `{"a":[${Array(count).fill(number).join(",")}]}`;
    const most = limits.maxObjects / 2;
    expect(fault(numbers(most, "1.10"))).toBeNull();
    expect(fault(numbers(most + 1, "1.10"))).toEqual({
      reason: "too-many-objects",
      limit: limits.maxObjects,
    });
    expect(fault(numbers(4 * most, "1.1"))).toBeNull();
  });

  it("is refused for its number of jobs if it is a list of too many", () => {
    const jobs = limits.maxObjects + 1;
    expect(fault(` ${objects(jobs)}`)).toEqual({ reason: "too-many-jobs", jobs, limit: limits.maxJobs });
    expect(fault(objects(limits.maxJobs + 1))).toMatchObject({
      reason: "too-many-jobs",
      jobs: limits.maxJobs + 1,
    });
  });

  it("does not mean brackets in strings, which do not count", () => {
    expect(fault(JSON.stringify({ text: "[{".repeat(limits.maxObjects) }))).toBeNull();
  });
});
