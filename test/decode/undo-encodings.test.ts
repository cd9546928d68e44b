import { randomBytes } from "node:crypto";
import * as zlib from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { undoEncodings } from "../../src/decode/undo-encodings.ts";
import type { BodyProperties } from "../../src/domain/delivery.ts";

const LIMIT = 1000;
const text = '{"reason":"café"}';
const plain = Buffer.from(text);
const latin1 = Buffer.from(text, "latin1");
const utf16 = Buffer.from(text, "utf16le");
const bigEndian = Buffer.from(utf16).swap16();
const mark = Buffer.from("\ufeff", "utf16le");

const undo = (body: Buffer, properties?: BodyProperties) => undoEncodings(body, properties, LIMIT);

describe("a body is read as its properties declare it", () => {
  it.each<[string, Buffer, BodyProperties]>([
    ["kombu's gzip, which is zlib data", zlib.deflateSync(plain), { compression: "application/x-gzip" }],
    ["gzip by that header", zlib.gzipSync(plain), { compression: "gzip" }],
    ["brotli by that header", zlib.brotliCompressSync(plain), { compression: "application/x-brotli" }],
    ["gzip", zlib.gzipSync(plain), { content_encoding: "gzip" }],
    ["gzip in capitals, with a prefix", zlib.gzipSync(plain), { content_encoding: " X-GZip" }],
    ["zlib", zlib.deflateSync(plain), { content_encoding: "zlib" }],
    ["deflate with the header of zlib", zlib.deflateSync(plain), { content_encoding: "deflate" }],
    ["deflate without it", zlib.deflateRawSync(plain), { content_encoding: "deflate" }],
    [
      "deflate at the highest level, without a header",
      zlib.deflateRawSync(plain, { level: 9 }),
      { content_encoding: "deflate" },
    ],
    ["brotli", zlib.brotliCompressSync(plain), { content_encoding: "br" }],
    ["UTF-8", plain, { content_encoding: "utf-8" }],
    ["UTF-8 under other names", plain, { content_encoding: "UTF8" }],
    [
      "UTF-8 by a library that declares binary",
      plain,
      { content_encoding: "binary", content_type: "application/data" },
    ],
    ["nothing", plain, { content_encoding: "" }],
    [
      "UTF-8 with a byte order mark",
      Buffer.concat([Buffer.from("\ufeff"), plain]),
      { content_encoding: "utf-8-sig" },
    ],
    ["UTF-8 that declares a missing byte order mark", plain, { content_encoding: "utf_8_sig" }],
    ["Latin-1", latin1, { content_encoding: "latin-1" }],
    ["Latin-1 under its number", latin1, { content_encoding: "ISO_8859-1" }],
    ["UTF-16 with a byte order mark", Buffer.concat([mark, utf16]), { content_encoding: "utf-16" }],
    [
      "UTF-16 with the other byte order mark",
      Buffer.concat([Buffer.from(mark).swap16(), bigEndian]),
      { content_encoding: "utf16" },
    ],
    ["UTF-16 without a byte order mark", utf16, { content_encoding: "UTF-16" }],
    ["UTF-16, little-endian", utf16, { content_encoding: "utf-16-le" }],
    ["UTF-16, big-endian", bigEndian, { content_encoding: "utf_16_be" }],
    [
      "Latin-1, and then compressed",
      zlib.deflateSync(latin1),
      { compression: "application/x-gzip", content_encoding: "latin-1" },
    ],
    [
      "gzip, and then compressed again",
      zlib.deflateSync(zlib.gzipSync(plain)),
      { compression: "zlib", content_encoding: "gzip" },
    ],
  ])("%s", (_case, body, properties) => {
    const undone = undo(body, properties);
    expect(undone.ok ? undone.value.toString() : undone.fault).toBe(text);
  });

  it("zstd, if this version of Node supports it", () => {
    // RFC 8878: one frame with one raw block.
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, plain.length, 1 | (plain.length << 3), 0, 0]),
      plain,
    ]);
    const undone = undo(frame, { compression: "application/zstd" });
    if ("zstdDecompressSync" in zlib) expect(undone).toEqual({ ok: true, value: plain });
    else
      expect(undone).toMatchObject({ fault: { reason: "unsupported-encoding", value: "application/zstd" } });
  });

  it("nothing declared: the same bytes, without a copy", () =>
    expect(undo(plain)).toEqual({ ok: true, value: plain }));
});

describe("an encoding that cannot be undone is named", () => {
  it.each<[BodyProperties, "compression" | "content_encoding"]>([
    [{ compression: "application/x-bz2" }, "compression"],
    [{ compression: "application/x-lzma" }, "compression"],
    [{ compression: "utf-16" }, "compression"],
    [{ compression: "(number)" }, "compression"],
    [{ content_encoding: "rot13" }, "content_encoding"],
    [{ content_encoding: "gzip, gzip" }, "content_encoding"],
    [{ content_encoding: "constructor" }, "content_encoding"],
    [{ content_encoding: "__proto__" }, "content_encoding"],
    [{ content_encoding: "utf-16", compression: "lz4" }, "compression"],
  ])("%j", (properties, property) => {
    const fault = { reason: "unsupported-encoding", property, value: properties[property] };
    expect(undo(plain, properties)).toEqual({ ok: false, fault });
  });
});

describe("bytes that do not fit the declared encoding are refused, and the fault names it", () => {
  const half = (body: Buffer) => body.subarray(0, body.length / 2);
  it.each<[string, Buffer, BodyProperties]>([
    ["plain JSON as gzip", plain, { content_encoding: "gzip" }],
    ["no bytes as gzip", Buffer.alloc(0), { content_encoding: "gzip" }],
    ["half a gzip", half(zlib.gzipSync(plain)), { content_encoding: "gzip" }],
    ["half of kombu's gzip", half(zlib.deflateSync(plain)), { compression: "application/x-gzip" }],
    ["plain JSON as brotli", plain, { content_encoding: "br" }],
    ["an odd number of bytes as UTF-16", utf16.subarray(1), { content_encoding: "utf-16" }],
    ["a lone surrogate in UTF-16", Buffer.from([0x00, 0xd8]), { content_encoding: "utf-16-le" }],
    ["Latin-1 as UTF-8 with a byte order mark", latin1, { content_encoding: "utf-8-sig" }],
  ])("%s", (_case, body, properties) => {
    const declared = properties.compression ?? properties.content_encoding;
    const fault = { reason: "malformed-body", detail: expect.stringContaining(JSON.stringify(declared)) };
    expect(undo(body, properties)).toEqual({ ok: false, fault });
  });

  it("any bytes with any declared encoding are either refused or read", () => {
    const names = ["gzip", "deflate", "zlib", "br", "zstd", "utf-8-sig", "latin-1", "utf-16", "utf-16-be"];
    for (const content_encoding of names) {
      for (let length = 0; length < 40; length++)
        expect(undo(randomBytes(length), { content_encoding })).toHaveProperty("ok");
    }
  });
});

describe("a body that inflates beyond the limit", () => {
  const compressors = [
    ["gzip", zlib.gzipSync],
    ["deflate", zlib.deflateRawSync],
    ["zlib", zlib.deflateSync],
    ["br", zlib.brotliCompressSync],
  ] as const;

  it.each(compressors)("%s: the limit is exact", (content_encoding, compress) => {
    expect(undo(compress(Buffer.alloc(LIMIT, "x")), { content_encoding })).toMatchObject({ ok: true });
    const body = compress(Buffer.alloc(LIMIT + 1, "x"));
    const fault = {
      reason: "oversize-body",
      bytes: body.length,
      limitBytes: LIMIT,
      compression: content_encoding,
    };
    expect(undo(body, { content_encoding })).toEqual({ ok: false, fault });
  });

  it.each(compressors)("%s: inflating a bomb stops at the limit", (content_encoding, compress) => {
    const bomb = compress(Buffer.alloc(32 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect(undo(bomb, { content_encoding })).toMatchObject({ fault: { reason: "oversize-body" } });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });
});
