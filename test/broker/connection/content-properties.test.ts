import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ContentProperties } from "../../../src/broker/connection/content-properties.ts";
import { deepestHeader, deepHeaders, knownHeaders, strangeHeaders } from "../../doubles/poison-headers.ts";
import { propertyList, rawHeader, textHeader } from "../../doubles/raw-message.ts";

const compression = textHeader("compression", "application/x-gzip");

describe("the properties of a delivery", () => {
  it("are its content type, its content encoding and its text headers", () => {
    const list = propertyList([compression, rawHeader("n", "I", Buffer.alloc(4))], {
      contentEncoding: "binary",
    });
    const { contentType, contentEncoding, headers } = new ContentProperties(list);
    expect({ contentType, contentEncoding }).toEqual({
      contentType: "application/json",
      contentEncoding: "binary",
    });
    expect(Object.entries(headers)).toEqual([["compression", "application/x-gzip"]]);
  });

  it("may all be missing", () => {
    const { contentType, contentEncoding, headers } = new ContentProperties(Buffer.from([0, 0]));
    expect([contentType, contentEncoding, Object.keys(headers)]).toEqual([undefined, undefined, []]);
  });

  it("begin after the last word of flags", () => {
    const list = Buffer.concat([Buffer.from([0x80, 1, 0, 1, 0, 0]), Buffer.from("\x04text")]);
    expect(new ContentProperties(list).contentType).toBe("text");
  });

  for (const { title, header } of [...knownHeaders, ...deepHeaders, deepestHeader]) {
    it(`are read before and after a header of ${title}`, () => {
      const { headers } = new ContentProperties(propertyList([textHeader("a", "1"), header, compression]));
      expect(headers).toMatchObject({ a: "1", compression: "application/x-gzip" });
    });
  }

  for (const { title, header } of strangeHeaders) {
    it(`are read before ${title}`, () => {
      const { headers } = new ContentProperties(propertyList([compression, header]));
      expect(headers["compression"]).toBe("application/x-gzip");
    });
  }

  it("have the last value of a name that occurs twice", () => {
    const { headers } = new ContentProperties(propertyList([textHeader("a", "1"), textHeader("a", "2")]));
    expect(headers["a"]).toBe("2");
  });

  it("have only the names that were sent", () => {
    const { headers } = new ContentProperties(propertyList([textHeader("__proto__", "x")]));
    expect(headers["toString"]).toBeUndefined();
    expect(Object.keys(headers)).toEqual(["__proto__"]);
  });

  it("are read up to where they are cut off", () => {
    const list = propertyList([compression, textHeader("b", "2")], { contentEncoding: "utf-8" });
    for (let length = 0; length < list.length - 1; length++) {
      const cut = new ContentProperties(list.subarray(0, length));
      expect([undefined, "application/json"]).toContain(cut.contentType);
      expect(cut.headers["b"]).toBeUndefined();
    }
    expect(new ContentProperties(list).headers["b"]).toBe("2");
  });

  it("never throw, whatever the bytes", () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const list = fc.oneof(
      bytes,
      bytes.map((some) => Buffer.concat([Buffer.from([0xe0, 0]), some])),
      bytes.map((some) => propertyList([compression, some])),
    );
    fc.assert(
      fc.property(list, (some) => new ContentProperties(some) !== undefined),
      { numRuns: 5000 },
    );
  });

  it("are read within milliseconds even if the headers fill a whole frame", () => {
    const list = propertyList(Array.from({ length: 20_000 }, () => textHeader("", "")));
    const startedAt = performance.now();
    for (let n = 0; n < 10; n++) new ContentProperties(list);
    // Each takes about 15 ms; a reader with quadratic time would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
