import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import type { LogFault } from "../../../src/domain/log-faults.ts";
import { readLogText } from "../../../src/logs/inflate/read-log-text.ts";
import { defaultLogLimits } from "../../../src/logs/parse/log-parser.ts";

const text = `${"a line of a log, and not the only one\n".repeat(200)}the last`;
const gzip = gzipSync(text);
const stored = gzipSync(text, { level: 0 });

/** Returns the text of a body that arrives in pieces of this length, or the reason why there is none. */
async function textOf(body: Buffer, pieceBytes: number): Promise<string | LogFault> {
  const chunks: Buffer[] = [];
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
  };
  const fault = await readLogText({ contentEncoding: "", bytes: pieces() }, defaultLogLimits, (chunk) => {
    chunks.push(Buffer.from(chunk));
    return true;
  });
  return fault ?? Buffer.concat(chunks).toString();
}

/** Returns a gzip header with these flags and the fields that they announce. */
const headed = (flags: number, ...fields: (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]),
    ...fields.map((field) => Buffer.from(field)),
    gzip.subarray(10),
  ]);

const flipped = (at: number, by = 0xff): Buffer => {
  const body = Buffer.from(gzip);
  body[at] = (body[at] ?? 0) ^ by;
  return body;
};

describe("the text of a body, however it is cut into pieces", () => {
  it.each<[string, Buffer, string]>([
    ["gzip", gzip, text],
    ["gzip without compression", stored, text],
    [
      "gzip with a file's name, a comment and more",
      headed(0x1c, Buffer.from([3, 0]), "abc", "name\0", "comment\0"),
      text,
    ],
    ["the first of several members", Buffer.concat([gzip, gzipSync("second")]), text],
    ["a member and junk", Buffer.concat([gzip, Buffer.from("junk")]), text],
    ["a member and zeros", Buffer.concat([gzip, Buffer.alloc(20_000)]), text],
    ["an empty member and another", Buffer.concat([gzipSync(""), gzipSync("second")]), ""],
    ["gzip without its trailer", gzip.subarray(0, -8), text],
    ["gzip with half of its trailer", gzip.subarray(0, -4), text],
    ["gzip cut off within its checksum", flipped(gzip.length - 8).subarray(0, -5), text],
    ["gzip cut off within its length", gzip.subarray(0, -1), text],
    ["gzip cut off in its header", gzip.subarray(0, 7), ""],
    ["gzip cut off after its first byte", gzip.subarray(0, 1), ""],
    ["nothing", Buffer.alloc(0), ""],
    ["gzip of nothing", gzipSync(""), ""],
    ["plain text", Buffer.from(text), text],
    ["plain text of one byte", Buffer.from("x"), "x"],
    ["plain text of a few", Buffer.from("BZh9\n"), "BZh9\n"],
    ["plain text that begins as gzip's first byte", Buffer.from("\x1fno\n"), "\x1fno\n"],
    ["plain text that begins as a zlib stream may", Buffer.from("x^2 is a square\n"), "x^2 is a square\n"],
    ["plain text with NUL", Buffer.from("a\0b\n\0"), "a\0b\n\0"],
  ])("%s", async (_case, body, expected) => {
    for (const pieceBytes of [1, 13, 4096, 1 << 20]) expect(await textOf(body, pieceBytes)).toBe(expected);
  });

  it("that breaks off at any place is the text before that", async () => {
    for (let cut = 0; cut < gzip.length; cut += 3) {
      const read = await textOf(gzip.subarray(0, cut), 50);
      expect(typeof read === "string" && text.startsWith(read)).toBe(true);
    }
    // Without compression, all bytes that arrived are in the text.
    expect(await textOf(stored.subarray(0, 1000), 4096)).toBe(text.slice(0, 1000 - 15));
  });

  it.each<[string, Buffer, LogFault["reason"], string]>([
    ["data that is not deflate data", flipped(12), "corrupt-gzip", ""],
    ["another checksum", flipped(gzip.length - 6), "corrupt-gzip", "checksum"],
    [
      "another checksum, cut off after it",
      flipped(gzip.length - 6).subarray(0, -4),
      "corrupt-gzip",
      "checksum",
    ],
    ["another length", flipped(gzip.length - 1), "corrupt-gzip", "length"],
    [
      "another length, and junk after it",
      Buffer.concat([flipped(gzip.length - 1), Buffer.from("junk")]),
      "corrupt-gzip",
      "length",
    ],
    ["another method", flipped(2), "corrupt-gzip", "method"],
    ["reserved flags", flipped(3, 0x80), "corrupt-gzip", "flags"],
    ["a wrong checksum of its header", headed(0x02, "xx"), "corrupt-gzip", "header"],
    ["bzip2", Buffer.from("BZh91AY&SY\x12\x34"), "foreign-compression", "bzip2"],
    ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), "foreign-compression", "xz"],
    ["zip", Buffer.from("PK\x03\x04\x14\0\0\0\x08\0\0\0"), "foreign-compression", "zip"],
  ])("is refused with %s", async (_case, body, reason, detail) => {
    for (const pieceBytes of [1, 4096]) {
      const fault = await textOf(body, pieceBytes);
      expect(fault).toMatchObject({ reason });
      expect(JSON.stringify(fault)).toContain(detail);
    }
  });
});
