import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { expect, it } from "@jest/globals";
import { decodeSegment, encodeSegment, restoreSegment } from "../../src/archive/segment.ts";
import { messageMix } from "../bench/message-mix.ts";
import { restOrigin } from "../examples.ts";
import { anEntry } from "./an-entry.ts";

const pulse = { kind: "pulse", exchange: "e", routingKey: "k.ü", redelivered: true } as const;
const oversize = { bytes: 9e6, sha256: "ab", limitBytes: 1e6 };

it("messages leave a segment as they entered it", async () => {
  const entries = [
    anEntry({ body: Buffer.alloc(0) }),
    anEntry({ origin: pulse, body: Buffer.from('{"a":1}\n{"bytes":3}\n\n'), tasks: [], projects: [] }),
    anEntry({
      content_type: "application/json",
      content_encoding: "utf-8",
      compression: "application/x-gzip",
    }),
    anEntry({ oversize, body: Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256)) }),
    anEntry({ origin: restOrigin, projects: ["try", "\0"], tasks: ["a lone \ud800", "ü/0"] }),
    anEntry({ unreadable_queue: "queue/user/jobs-unreadable" }),
  ];
  const { data } = await encodeSegment(entries);
  expect(await decodeSegment(data)).toEqual(entries);
});

it("a segment knows its size, and its id begins with its first arrival", async () => {
  const at = (second: number) => anEntry({ received_at: `2026-01-05T10:00:0${second}.000Z` });
  const segment = await encodeSegment([at(5), at(2), at(9), at(4)]);
  expect(segment).toMatchObject({
    from: at(2).received_at,
    to: at(9).received_at,
    messages: 4,
    raw_bytes: 8,
  });
  expect(segment.id).toMatch(/^2026-01-05T10:00:02\.000Z-[0-9a-f]{12}$/);
  expect(segment.bytes).toBe(segment.data.length);
});

it("a segment can be rebuilt from its id and its bytes", async () => {
  const segment = await encodeSegment([anEntry(), anEntry({ tasks: ["other/1"] })]);
  expect(await restoreSegment(segment.id, segment.data)).toEqual(segment);
});

it("bytes that are not a segment, or only part of one, are an error", async () => {
  const { data } = await encodeSegment([anEntry({ body: Buffer.alloc(100_000, "x") })]);
  await expect(decodeSegment(Buffer.from("none"))).rejects.toThrow();
  await expect(decodeSegment(data.subarray(0, data.length - 3))).rejects.toThrow();
});

it("a segment can be read by standard tools, without this program", async () => {
  const { data } = await encodeSegment([anEntry()]);
  expect(brotliDecompressSync(data).toString()).toMatch(
    /^pulse-ingest archive 1\n\{"origin":"pulse".*\}\n\{\}\n$/,
  );
});

/** Returns the size of a segment as a share of the bodies in it. */
async function shareOf(bodies: readonly Buffer[]): Promise<number> {
  const entries = bodies.map((body, n) =>
    anEntry({
      body,
      received_at: new Date(1.7e12 + 7 * n).toISOString(),
      tasks: [...new Set([...body.toString().matchAll(/"taskId":"([^"]+)"/g)].map(([, task = ""]) => task))],
    }),
  );
  const { bytes, raw_bytes } = await encodeSegment(entries);
  return bytes / raw_bytes;
}

it("in a segment of 100 messages of all kinds, a message takes less than a fifth of its bytes", async () => {
  const { bodies } = messageMix(600, "archive");
  for (const from of [0, 500, 1000]) expect(await shareOf(bodies.slice(from, from + 100))).toBeLessThan(0.2);
});

/** Returns the message as text. Its task, revision and times are as random as in real messages. */
function withOwnIds(message: unknown, n: number): string {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return JSON.stringify(message)
    .replace(/"taskId":"[^"]+"/, `"taskId":"${hash(`task ${n}`).toString("base64url").slice(0, 22)}/0"`)
    .replace(
      /"revision":"[^"]+"/,
      `"revision":"${hash(`push ${n % 10}`)
        .toString("hex")
        .slice(0, 40)}"`,
    )
    .replace(/[0-9a-f]{128}/g, (digest) => hash(`${digest} ${n}`).toString("hex").repeat(2))
    .replace(
      /T1(\d):39:57/g,
      `T1$1:${String(n % 60).padStart(2, "0")}:${String((7 * n) % 60).padStart(2, "0")}`,
    );
}

const real = new URL("../../../shared/reference/pulse/jobs.json", import.meta.url);
if (existsSync(real)) {
  it("in a segment of real messages, too, a message takes less than a fifth of its bytes", async () => {
    const messages: unknown[] = JSON.parse(readFileSync(real, "utf8"));
    const bodies = Array.from({ length: 100 }, (_, n) =>
      Buffer.from(withOwnIds(messages[n % messages.length], n)),
    );
    expect(await shareOf(bodies)).toBeLessThan(0.2);
  });
} else {
  it("reports that the reference messages are missing", () => {
    console.warn(
      `Left out: the reference messages are not at ${real.pathname}; no share was measured with them.`,
    );
    expect(existsSync(real)).toBe(false);
  });
}
