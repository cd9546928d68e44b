import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { textPath } from "../../../src/logs/cache/cached-log.ts";
import { type LogCache, openLogCache } from "../../../src/logs/cache/log-cache.ts";
import { openTextThreads } from "../../../src/logs/cache/text-threads.ts";
import { answer, endless, type LogHost, startLogHost } from "../../doubles/log-host.ts";
import { until } from "../../until.ts";

// Threads run compiled code: `npm test` builds it; if you run this file alone, run `npm run build` first.
const entries = new URL("../../../dist/", import.meta.url);
const text = Array.from({ length: 3000 }, (_, line) =>
  line % 100 === 7 ? `leak ${line}\n` : `line ${line}\n`,
).join("");

let folder: string;
let host: LogHost;
let logs: LogCache;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "text-threads-"));
  host = await startLogHost({
    "/log": answer(brotliCompressSync(text), "200 OK", "Content-Encoding: br\r\n"),
    "/endless": endless(Buffer.alloc(64 * 1024, "x\n"), 5),
    "/binary": answer(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  });
  logs = openLogCache({
    folder,
    maxBytes: 1e9,
    work: openTextThreads({ userAgent: "test", allowPrivate: true }, { entries }),
    limits: { lines: 1e9, inflatedBytes: 1e9, ratio: 500 },
    perHost: 4,
    now: Date.now,
  });
});
afterAll(async () => {
  await logs.close();
  await host.close();
  rmSync(folder, { recursive: true });
});

const shown = (path: string) => ({ url: host.url + path, isFinal: true, asOfMs: null });
const stop = new AbortController().signal;

it("a log is fetched, inflated, indexed and searched on threads", async () => {
  const part = await logs.readPart(shown("/log"), 2999, 9999, 30_000);
  expect(part).toMatchObject({
    ok: true,
    facts: { total: 3000, bytes: text.length },
    lines: [{ text: "line 2999\n" }],
  });
  expect(readFileSync(textPath(folder, `${host.url}/log`), "utf8")).toBe(text);
  const found = await logs.find(shown("/log"), { text: "LEAK", matchCase: false, around: 0 }, 0, stop);
  expect(found).toMatchObject({ ok: true, found: { count: 30, before: 0 } });
  const exact = await logs.find(shown("/log"), { text: "LEAK", matchCase: true, around: 0 }, 0, stop);
  expect(exact).toMatchObject({ ok: true, found: { count: 0, near: [] } });
});

it("a log that cannot be read fails with the reason", async () => {
  expect(await logs.readPart(shown("/binary"), 0, 1, 30_000)).toMatchObject({
    ok: false,
    kind: "failed",
    reason: "not-text",
  });
  expect(await logs.readPart(shown("/nothing"), 0, 1, 30_000)).toMatchObject({
    ...{ ok: false, kind: "failed", reason: "http-status" },
    detail: expect.stringMatching(/^the log could not be fetched: HTTP 404/),
  });
});

it("readers see how much of a log has arrived, and an aborted fetch leaves nothing behind", async () => {
  const before = readdirSync(folder).length;
  await until(async () => {
    const part = await logs.readPart(shown("/endless"), 0, 1, 50);
    return !part.ok && part.kind === "fetching" && part.bytes > 0;
  });
  await logs.close();
  expect(readdirSync(folder)).toHaveLength(before);
});
