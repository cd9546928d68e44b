import { describe, expect, it } from "@jest/globals";
import {
  blankAddress,
  blankLogUrl,
  blankSecrets,
  blankUrl,
  blankUrls,
} from "../../../src/domain/text/blank-url.ts";

describe("a password in a text", () => {
  for (const [found, shown] of [
    ["amqp://user:secret@host:5672/vhost", "amqp://user:***@host:5672/vhost"],
    ["mongodb://u:p@ss@a,b/db?x=1", "mongodb://u:***@a,b/db?x=1"],
    ["mongodb+srv://u:p:q@host", "mongodb+srv://u:***@host"],
    ["failed for amqps://a:b@h1 and amqp://c:d@h2", "failed for amqps://a:***@h1 and amqp://c:***@h2"],
    ["amqp://:secret@host", "amqp://:***@host"],
    // PHP writes slashes in JSON in this way.
    [String.raw`{"url":"http:\/\/u:secret@h\/a"}`, String.raw`{"url":"http:\/\/u:***@h\/a"}`],
    [
      String.raw`{"blob":"{\"url\":\"http:\\/\\/u:secret@h\"}"}`,
      String.raw`{"blob":"{\"url\":\"http:\\/\\/u:***@h\"}"}`,
    ],
    ["http:///u:secret@host", "http:///u:***@host"],
  ] as const) {
    it(`is blanked: ${found}`, () => expect(blankUrls(found)).toBe(shown));
  }

  for (const text of [
    "amqp://user@host:5672",
    "https://host:443/a@b",
    String.raw`http:\/\/host:443\/a@b`,
    "12:30 someone@example.org",
    "",
  ]) {
    it(`leaves a text without one unchanged: ${JSON.stringify(text)}`, () =>
      expect(blankUrls(text)).toBe(text));
  }

  it("leaves the rest of a JSON line unchanged", () => {
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
    it(`leaves an address without one unchanged: ${JSON.stringify(address)}`, () =>
      expect(blankUrl(address)).toBe(address));
  }
});

describe("the credentials of a log's URL", () => {
  for (const [found, shown] of [
    ["http://user:hunter2@logs.example/x.gz", "http://user:***@logs.example/x.gz"],
    ["http://token@logs.example/x", "http://***@logs.example/x"],
    ["http://user:a@b:c@logs.example/x@y", "http://user:***@logs.example/x@y"],
    ['http://user:hun"ter 2@logs.example/', "http://user:***@logs.example/"],
    ["http:user:hunter2@logs.example/", "http:user:***@logs.example/"],
    ["http:\\\\user:hunter2@logs.example\\x", "http:\\\\user:***@logs.example\\x"],
    [" ht\ttp:/\n/user:hun\nter2@logs.example/", " ht\ttp:/\n/user:***@logs.example/"],
    ["HTTPS://u:p@h/?access_token=t&b=1#c", "HTTPS://u:***@h/?access_token=***&b=1#c"],
    ["http://h/l?%70assword=x&X-Amz-Security-Token=y", "http://h/l?%70assword=***&X-Amz-Security-Token=***"],
    ["http://h/#id_token=x", "http://h/#id_token=***"],
    ["http://h/?key=x&auth=y&pw=z", "http://h/?key=***&auth=***&pw=***"],
    ["http://h/?authorization=Bearer%20x&jwt=y", "http://h/?authorization=***&jwt=***"],
    ["http://h/?to\nken=x", "http://h/?to\nken=***"],
    ["http://proxy/http://u:p@h/x", "http://proxy/http://u:***@h/x"],
    ["blob:http://u:p@h/x", "blob:http://u:***@h/x"],
    [
      "http://proxy/?url=http%3A%2F%2Fu%3Ap%40h%2Fx&a=%20",
      "http://proxy/?url=http%3A%2F%2Fu%3A***%40h%2Fx&a=%20",
    ],
    ["//u:p@h/x", "//u:***@h/x"],
    ["\u00a0http://u:p@h/x", "\u00a0http://u:***@h/x"],
    ["http://u:p/a#s@h/x", "http://u:***@h/x"],
  ] as const) {
    it(`are blanked: ${JSON.stringify(found)}`, () => expect(blankLogUrl(found)).toBe(shown));
  }

  for (const url of [
    "https://logs.example/a/b.log?X-Amz-Signature=1&X-Amz-Credential=2&sig=3",
    "https://logs.example/?author=a&keyword=b&keys=c&url=http%3A%2F%2Fhost%3A80%2F%40x",
    "http://host:80/@user/x:y@z?a=b@c",
    "live_backing.log",
    "%zz?%zz=1",
    "",
  ]) {
    it(`leave a URL without any unchanged: ${url}`, () => expect(blankLogUrl(url)).toBe(url));
  }
});

it("credentials in the query of a URL are blanked in any text, also in JSON, which stays valid", () => {
  const line = JSON.stringify({
    a: 'at http://h/?token=a"b\\c&x=1 and ?password=p and http://h/#access_token=t',
    b: "x?y=z",
  });
  const shown = blankSecrets(line);
  expect(JSON.parse(shown)).toMatchObject({ b: "x?y=z" });
  expect(shown).toContain("token=***");
  expect(shown).toContain("password=***");
  expect(shown).toContain("#access_token=***");
});

describe("the address of a broker or database", () => {
  for (const [found, shown] of [
    ["amqp://u:p@h?password=x&heartbeat=5", "amqp://u:***@h?password=***&heartbeat=5"],
    [
      "mongodb://h/d?authSource=admin&tlsCertificateKeyFilePassword=x&replicaSet=r",
      "mongodb://h/d?authSource=admin&tlsCertificateKeyFilePassword=***&replicaSet=r",
    ],
    [
      "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:abc&tls=true",
      "mongodb://h/?authMechanismProperties=***&tls=true",
    ],
    ["mongodb://h/?%70roxyPassword=x;W=1", "mongodb://h/?%70roxyPassword=***;W=1"],
    ["mongodb://u:p@h/?unknown=x@y", "mongodb://u:***@y"],
  ] as const) {
    it(`shows no secret option: ${found}`, () => expect(blankAddress(found)).toBe(shown));
  }
});
