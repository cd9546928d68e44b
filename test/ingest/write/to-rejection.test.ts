import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import type { Delivery } from "../../../src/domain/delivery.ts";
import type { Fault } from "../../../src/domain/faults.ts";
import { toRejection } from "../../../src/ingest/write/to-rejection.ts";
import { aDelivery } from "../../examples.ts";
import { messageOf } from "../write-messages.ts";

const fault: Fault = { reason: "malformed-body", detail: "x" };
const sha256 = (bytes: string | Buffer): string => createHash("sha256").update(bytes).digest("hex");

function kept(payload: unknown, maxBytes = 1000, delivery: Delivery = aDelivery("")) {
  return toRejection(messageOf(delivery), { fault, payload, project: null, task_id: null }, maxBytes).payload;
}

function keptRaw(body: Buffer, maxBytes = 1000, oversize: Delivery["oversize"] = null) {
  return kept(undefined, maxBytes, aDelivery(body, { oversize }));
}

it("has the route, the project and task of the job, and the time of arrival", () => {
  const delivery = aDelivery("", { exchange: "e", routingKey: "k", receivedAtMs: 0 });
  const refused = { fault, payload: {}, project: "try", task_id: "t/0" };
  expect(toRejection(messageOf(delivery), refused, 1000)).toEqual({
    ...{ fault, project: "try", task_id: "t/0" },
    route: { origin: "pulse", exchange: "e", routing_key: "k" },
    payload: {
      encoding: "json",
      content: "{}",
      bytes: 2,
      sha256: sha256("{}"),
      truncated: false,
      blanked: false,
    },
    received_at: "1970-01-01T00:00:00.000Z",
  });
});

it("keeps the raw bytes of the item that could not be decoded, and not those of the whole request", () => {
  const raw = { body: Buffer.from('{"deep":[]}'), oversize: null };
  const refused = { fault, payload: undefined, raw, project: "try", task_id: null };
  const { payload } = toRejection(messageOf(aDelivery("[all]")), refused, 1000);
  expect(payload).toMatchObject({ content: raw.body.toString("base64"), bytes: raw.body.length });
});

describe("the array's item, as JSON", () => {
  it.each<[string, unknown]>([
    ["null", null],
    ["a number", 17],
    ["text", "é 🎉 \u0000 \u202e"],
    ["a lone surrogate", { owner: "\ud83c" }],
    ["an array in the array", [[]]],
    ["a member called __proto__", JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}')],
    ["names that are difficult for a database", { $where: 1, "a.b": { "": null } }],
  ])("keeps %s unchanged", (_case, payload) => {
    const { content, bytes, sha256: hash, ...flags } = kept(payload);
    expect(content).toBe(JSON.stringify(payload));
    expect({ bytes, hash }).toEqual({ bytes: Buffer.byteLength(content), hash: sha256(content) });
    expect(flags).toEqual({ encoding: "json", truncated: false, blanked: false });
  });

  const characters = ["a", "é", "€", "🎉"];
  it.each(
    characters.flatMap((character) => [1, 2, 3, 4, 5, 6, 7, 8].map((max) => [character, max] as const)),
  )("repeated %s with a limit of %d bytes is cut between two characters", (character, maxBytes) => {
    const payload = character.repeat(9);
    const { content, ...told } = kept(payload, maxBytes);
    const width = Buffer.byteLength(character);
    expect(content).toBe(`"${character.repeat(Math.floor((maxBytes - 1) / width))}`);
    const whole = JSON.stringify(payload);
    expect(told).toMatchObject({ bytes: Buffer.byteLength(whole), sha256: sha256(whole), truncated: true });
  });

  it("keeps a replacement character that was sent, even at the cut", () => {
    expect(kept("\ufffd\ufffd", 4).content).toBe('"\ufffd');
  });

  it("is kept whole if it is exactly as long as the limit, and is empty with a limit of 0", () => {
    expect(kept("abc", 5)).toMatchObject({ content: '"abc"', truncated: false });
    expect(kept("abc", 4)).toMatchObject({ content: '"abc', truncated: true });
    expect(kept("abc", 0)).toMatchObject({ content: "", bytes: 5, sha256: sha256('"abc"'), truncated: true });
  });
});

describe("raw bytes, as base64", () => {
  it.each<[string, Buffer]>([
    ["an empty body", Buffer.alloc(0)],
    ["bytes that are not text", Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3])],
    ["broken JSON", Buffer.from('{"é":')],
    ["every possible byte", Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
  ])("keep %s unchanged", (_case, body) => {
    const { content, ...told } = keptRaw(body);
    expect(Buffer.from(content, "base64").equals(body)).toBe(true);
    expect(told).toEqual({
      ...{ encoding: "base64", bytes: body.length, sha256: sha256(body) },
      ...{ truncated: false, blanked: false },
    });
  });

  it("are cut at the limit, with the length and hash of the whole body", () => {
    const body = Buffer.from("0123456789");
    const { content, ...told } = keptRaw(body, 4);
    expect(Buffer.from(content, "base64").toString()).toBe("0123");
    expect(told).toMatchObject({ bytes: 10, sha256: sha256(body), truncated: true });
  });

  it("of a body that was cut on arrival have the length and hash of what was sent", () => {
    const oversize = { bytes: 5_000_000, sha256: "ab".repeat(32), limitBytes: 1_000_000 };
    const payload = keptRaw(Buffer.from("head"), 1000, oversize);
    expect(payload).toMatchObject({ bytes: 5_000_000, sha256: oversize.sha256, truncated: true });
  });
});

describe("raw bytes with properties", () => {
  const properties = { content_type: "application/json", content_encoding: "gzip" };
  const secret = 'x "https://user:geheim@logs.example/a.log"';

  it("are kept with them, unlike a decoded item", () => {
    const delivery = aDelivery(Buffer.from([1, 2]), { properties });
    expect(kept(undefined, 1000, delivery)).toMatchObject({ content: "AQI=", properties });
    expect(kept({}, 1000, delivery)).not.toHaveProperty("properties");
  });

  it("contain no password under their compression", () => {
    const delivery = aDelivery(gzipSync(secret), { properties });
    const { content, blanked, sha256: hash } = kept(undefined, 1000, delivery);
    expect(Buffer.from(content, "base64").toString()).toBe(secret.replace("geheim", "***"));
    expect({ blanked, hash }).toEqual({ blanked: true, hash: sha256(delivery.body) });
  });

  it("contain no password under a compression or in a character set that is not declared", () => {
    for (const body of [gzipSync(secret), Buffer.from(secret, "utf16le")]) {
      const { content, blanked } = kept(undefined, 1000, aDelivery(body));
      expect(Buffer.from(content, "base64").toString()).toBe(secret.replace("geheim", "***"));
      expect(blanked).toBe(true);
    }
  });

  it("contain no password in a property", () => {
    const delivery = aDelivery("", { properties: { content_type: "https://user:geheim@h/" } });
    expect(kept(undefined, 1000, delivery).properties).toEqual({ content_type: "https://user:***@h/" });
  });

  it("are not decompressed to look for passwords if the message killed workers", () => {
    const delivery = aDelivery(gzipSync(secret), { properties });
    const killed = { reason: "killed-worker", attempts: 3 } as const;
    const refused = { fault: killed, payload: undefined, project: null, task_id: null };
    const { content } = toRejection(messageOf(delivery), refused, 1000).payload;
    expect(Buffer.from(content, "base64").equals(delivery.body)).toBe(true);
  });
});

describe("a password in a URL", () => {
  const url = "https://user:geheim@logs.example/a.log";
  const message = { logs: [{ name: "live", url }], note: "mail me@example.org, see http://h:8080/@x" };

  it("is blanked in the item, whose hash stays that of what was sent", () => {
    const payload = kept(message);
    expect(payload).toMatchObject({
      blanked: true,
      truncated: false,
      sha256: sha256(JSON.stringify(message)),
    });
    expect(JSON.parse(payload.content)).toEqual({
      ...message,
      logs: [{ name: "live", url: "https://user:***@logs.example/a.log" }],
    });
  });

  it("is blanked if it is sent as a project or task id", () => {
    const refused = { fault, payload: {}, project: url, task_id: url };
    expect(JSON.stringify(toRejection(messageOf(aDelivery("")), refused, 100))).not.toContain("geheim");
  });

  it("is never visible after a cut, whatever the limit", () => {
    const length = JSON.stringify(message).length;
    for (let maxBytes = 0; maxBytes <= length; maxBytes++) {
      expect(kept(message, maxBytes).content).not.toMatch(/geh|:g/);
    }
  });

  it("is blanked in raw bytes, and all other bytes stay unchanged", () => {
    const [before, behind] = [Buffer.from([0xff, 0x00, 0xa0, 0x22]), Buffer.from([0x22, 0xc3, 0x28])];
    const payload = keptRaw(Buffer.concat([before, Buffer.from(url), behind]));
    const shown = Buffer.concat([before, Buffer.from(url.replace("geheim", "***")), behind]);
    expect(payload.blanked).toBe(true);
    expect(Buffer.from(payload.content, "base64").equals(shown)).toBe(true);
  });

  it.each<Fault>([
    { reason: "internal-error", detail: `Error: no answer from ${url}` },
    { reason: "malformed-body", detail: `not JSON: Unexpected token in ${url}` },
    { reason: "unreadable-time", pointer: "/timeStarted", value: url },
    {
      reason: "schema-violation",
      violations: [{ pointer: "/logs/0/url", keyword: "type", message: `it is "${url}"` }],
    },
  ])("is blanked in the fault: $reason", (told) => {
    const rejection = toRejection(
      messageOf(aDelivery("")),
      { fault: told, payload: {}, project: null, task_id: null },
      9,
    );
    expect(JSON.stringify(rejection.fault)).not.toContain("geheim");
    expect(rejection.fault).toEqual(JSON.parse(JSON.stringify(told).replace("geheim", "***")));
  });
});
