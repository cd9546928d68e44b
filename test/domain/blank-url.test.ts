import { describe, expect, it } from "@jest/globals";
import { blankUrl, blankUrls } from "../../src/domain/blank-url.ts";

describe("a password in a text", () => {
  for (const [found, shown] of [
    ["amqp://user:secret@host:5672/vhost", "amqp://user:***@host:5672/vhost"],
    ["mongodb://u:p@ss@a,b/db?x=1", "mongodb://u:***@a,b/db?x=1"],
    ["mongodb+srv://u:p:q@host", "mongodb+srv://u:***@host"],
    ["failed for amqps://a:b@h1 and amqp://c:d@h2", "failed for amqps://a:***@h1 and amqp://c:***@h2"],
    ["amqp://:secret@host", "amqp://:***@host"],
  ] as const) {
    it(`is blanked: ${found}`, () => expect(blankUrls(found)).toBe(shown));
  }

  for (const text of ["amqp://user@host:5672", "https://host:443/a@b", "12:30 someone@example.org", ""]) {
    it(`is not seen where there is none: ${JSON.stringify(text)}`, () => expect(blankUrls(text)).toBe(text));
  }

  it("leaves the rest of a JSON line alone", () => {
    const line = JSON.stringify({ url: "amqp://host:5672", owner: "a@b" });
    expect(blankUrls(line)).toBe(line);
  });
});

describe("the password of an address", () => {
  for (const [found, shown] of [
    ["amqp://user:secret@host:5672/vhost", "amqp://user:***@host:5672/vhost"],
    ["mongodb://u:se/cr@et@a,b/db?x=1", "mongodb://u:***@a,b/db?x=1"],
    ['amqp://u:se"cret@host', "amqp://u:***@host"],
    ["amqp://u:se cr\net@host", "amqp://u:***@host"],
    ["amqp:/u:secret@host", "amqp:/u:***@host"],
    ["amqp:u:secret@host", "amqp:u:***@host"],
  ] as const) {
    it(`is blanked: ${JSON.stringify(found)}`, () => expect(blankUrl(found)).toBe(shown));
  }

  for (const address of ["amqp://user@host:5672", "amqp://host:5672/vhost", "mongodb://a:1,b:2/db", ""]) {
    it(`is not seen where there is none: ${JSON.stringify(address)}`, () =>
      expect(blankUrl(address)).toBe(address));
  }
});
