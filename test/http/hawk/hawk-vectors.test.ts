import { describe, expect, it } from "@jest/globals";
import { readAuthorization } from "../../../src/http/hawk/authorization-header.ts";
import { createPayloadHash } from "../../../src/http/hawk/payload-hash.ts";
import { isSameText } from "../../../src/http/hawk/same-text.ts";
import { serverAuthorization } from "../../../src/http/hawk/server-authorization.ts";
import { macOf, type SignedParts, signedText } from "../../../src/http/hawk/signed-text.ts";

const SECRET = "00000000-0000-4000-8000-000000000001";
/** The key of the protocol's public examples. */
const EXAMPLE_KEY = "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn";

const hashOf = (contentType: string | undefined, ...chunks: readonly string[]): string => {
  const hash = createPayloadHash(contentType);
  for (const chunk of chunks) hash.update(Buffer.from(chunk));
  return hash.digest();
};

const someParts = (parts: Partial<SignedParts>): SignedParts => ({
  ...{ ts: "1467367200", nonce: "abc123", method: "POST", target: "/api/project/proj/jobs/" },
  ...{ host: "treeherder.example.org", port: 443, hash: null, ext: null, app: null, dlg: null },
  ...parts,
});

describe("a request of the worked examples", () => {
  const hash = "cgsM2EqEXjuDgkfa/ZoLepQB0ZoGibMp38GYEEEHzTw=";

  it("that posts jobs has this hash, text and MAC", () => {
    expect(hashOf("application/json", '[{"a": 1}]')).toBe(hash);
    const text = signedText("header", someParts({ hash }));
    expect(text).toBe(
      `hawk.1.header\n1467367200\nabc123\nPOST\n/api/project/proj/jobs/\ntreeherder.example.org\n443\n${hash}\n\n`,
    );
    expect(macOf(SECRET, text)).toBe("YL2NaQJ/Or26fFX4+SVuSuVlrYh8hjD8iRVXWeBZHeQ=");
  });

  it("that reads jobs has this hash and MAC", () => {
    const empty = "B0weSUXsMcb5UhL41FZbrUJCAotzSI3HawE1NPLRUz8=";
    expect(hashOf(undefined)).toBe(empty);
    const place = { method: "get", target: "/api/project/proj/jobs/?count=5", host: "localhost", port: 8000 };
    expect(macOf(SECRET, signedText("header", someParts({ ...place, hash: empty })))).toBe(
      "S9qYYW1C8wvBAQ7MFgg7rAQ5y/iGWcGUZqax1Ydqwjg=",
    );
  });
});

describe("the protocol's public examples", () => {
  const example = { host: "example.com", port: 8000, target: "/resource/1?b=1&a=2" };
  const first = { ...example, ts: "1353832234", nonce: "j4h3g2" };
  const resource = { host: "example.com", port: 8080, target: "/resource/4?filter=a" };
  const thanks = "Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY=";
  const table: readonly (readonly [string, "header" | "response", Partial<SignedParts>, string])[] = [
    [
      "a GET",
      "header",
      { ...first, method: "GET", ext: "some-app-ext-data" },
      "6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=",
    ],
    [
      "a GET with other data",
      "header",
      { ...first, method: "GET", ext: "some-app-data" },
      "m8r1rHbXN6NgO+KIIhjO7sFRyd78RNGVUwehe8Cp2dU=",
    ],
    [
      "a POST with a payload",
      "header",
      { ...first, hash: thanks, ext: "some-app-ext-data" },
      "aSe1DERmZuRl3pI36/9BdZmnErTw3sNzOOAUlfeKjVw=",
    ],
    [
      "a POST with a query",
      "header",
      {
        ...{ ...resource, ts: "1357926341", nonce: "1AwuJD", ext: "some-app-data" },
        hash: "qAiXIVv+yjDATneWxZP2YCTa9aHRgQdnH9b3Wc+o3dg=",
      },
      "UeYcj5UoTVaAWXNvJfLVia7kU3VabxCqrccXP8sUGC4=",
    ],
    [
      "an answer",
      "response",
      {
        ...{ ...resource, ts: "1362336900", nonce: "eb5S_L", ext: "response-specific" },
        hash: "f9cDF/TDm7TkYRLnGwRMfeDzT6LixQVLvrIKhh0vgmM=",
      },
      "XIJRsMl/4oL+nn+vKoeVZPdCHXB4yJkNnBbTbHFZUYE=",
    ],
  ];
  it.each(table)("%s has this MAC", (_case, kind, parts, mac) => {
    expect(macOf(EXAMPLE_KEY, signedText(kind, someParts(parts)))).toBe(mac);
  });

  it("the payload has this hash, in one piece or in several, whatever the parameters of its type", () => {
    expect(hashOf("text/plain", "Thank you for flying Hawk")).toBe(thanks);
    expect(hashOf(" Text/Plain ; charset=utf-8", "Thank you", " for flying ", "Hawk")).toBe(thanks);
    expect(hashOf("text/html", "Thank you for flying Hawk")).not.toBe(thanks);
  });
});

it("an application and its delegate are signed only if there is an application", () => {
  const ends = (parts: Partial<SignedParts>) => signedText("header", someParts(parts)).split("443\n")[1];
  expect(ends({ ext: "e" })).toBe("\ne\n");
  expect(ends({ dlg: "d" })).toBe("\n\n");
  expect(ends({ app: "a" })).toBe("\n\na\n\n");
  expect(ends({ app: "a", dlg: "d" })).toBe("\n\na\nd\n");
});

it("an answer repeats what the request signed, with a hash of its own and without `ext`", () => {
  const request = someParts({ hash: "of the request", ext: "x", app: "a", dlg: "d" });
  const hash = hashOf("application/json", "{}");
  const mac = macOf(SECRET, signedText("response", { ...request, hash, ext: null }));
  expect(serverAuthorization(SECRET, request, "application/json; charset=utf-8", Buffer.from("{}"))).toBe(
    `Hawk mac="${mac}", hash="${hash}"`,
  );
});

it.each([
  ["", "", true],
  ["a", "a", true],
  ["a", "b", false],
  ["a", "aa", false],
  ["é", "e", false],
])("compares %j with %j", (one, other, isSame) => {
  expect(isSameText(one, other)).toBe(isSame);
});

describe("an Authorization header", () => {
  const rest = 'ts="1", nonce="n", mac="m"';
  const plain = { id: "i", ts: "1", nonce: "n", mac: "m", hash: null, ext: null, app: null, dlg: null };

  it.each([
    ["in the usual order", `Hawk id="i", ${rest}`, {}],
    ["in another order", 'Hawk mac="m", hash="h", id="i", ts="1", nonce="n"', { hash: "h" }],
    ["with another case of the scheme", `hAWK id="i", ${rest}`, {}],
    ["without spaces", 'Hawk id="i",ts="1",nonce="n",mac="m"', {}],
    ["with more spaces", `  Hawk   id="i" ,\t${rest} `, {}],
    ["with a comma at its end", `Hawk id="i", ${rest},`, {}],
    ["with commas in a value", `Hawk id="i", ext="a, b=c, d", ${rest}`, { ext: "a, b=c, d" }],
    ["with an application", `Hawk id="i", app="a", dlg="d", ${rest}`, { app: "a", dlg: "d" }],
    [
      "with every legal character",
      `Hawk id="i", ext=" !#$%&'()*+,-./:;<=>?@[]^_\`{|}~", ${rest}`,
      {
        ext: " !#$%&'()*+,-./:;<=>?@[]^_`{|}~",
      },
    ],
    [
      "with a time of very many digits",
      `Hawk id="i", ts="${"9".repeat(400)}", nonce="n", mac="m"`,
      {
        ts: "9".repeat(400),
      },
    ],
  ])("%s is read", (_case, header, attributes) => {
    expect(readAuthorization(header)).toEqual({ kind: "hawk", attributes: { ...plain, ...attributes } });
  });

  it.each([
    ["without attributes", "Hawk"],
    ["without attributes, with a space", "Hawk "],
    ["without id", `Hawk ${rest}`],
    ["without ts", 'Hawk id="i", nonce="n", mac="m"'],
    ["without nonce", 'Hawk id="i", ts="1", mac="m"'],
    ["without mac", 'Hawk id="i", ts="1", nonce="n"'],
    ["with an empty id", `Hawk id="", ${rest}`],
    ["with an empty ext", `Hawk id="i", ext="", ${rest}`],
    ["with a time that is not a number", 'Hawk id="i", ts="now", nonce="n", mac="m"'],
    ["with a negative time", 'Hawk id="i", ts="-1", nonce="n", mac="m"'],
    ["with a fraction of a second", 'Hawk id="i", ts="1.5", nonce="n", mac="m"'],
    ["with an unknown attribute", `Hawk id="i", x="y", ${rest}`],
    ["with an attribute named like an inherited object member", `Hawk id="i", constructor="y", ${rest}`],
    ["with a repeated attribute", `Hawk id="i", id="i", ${rest}`],
    ["with a backslash", `Hawk id="a\\b", ${rest}`],
    ["with an escaped quotation mark", `Hawk id="a\\"b", ${rest}`],
    ["with a letter beyond ASCII", `Hawk id="é", ${rest}`],
    ["with a control character", `Hawk id="a\tb", ${rest}`],
    ["with a line feed", `Hawk id="a\nb", ${rest}`],
    ["without quotation marks", "Hawk id=i, ts=1, nonce=n, mac=m"],
    ["without commas", 'Hawk id="i" ts="1" nonce="n" mac="m"'],
    ["with text after its end", `Hawk id="i", ${rest} and more`],
    ["with two commas", `Hawk id="i",, ${rest}`],
    ["that is too long", `Hawk id="i", ${rest}, ext="${"x".repeat(4096)}"`],
  ])("%s is malformed", (_case, header) => {
    expect(readAuthorization(header)).toEqual({ kind: "malformed" });
  });

  it.each([[undefined], [""], [" "], ["Basic YTpi"], ["Hawkish id"], ["Bearer hawk"], ['id="Hawk"']])(
    "%j is not Hawk",
    (header) => {
      expect(readAuthorization(header)).toEqual({ kind: "other" });
    },
  );
});
