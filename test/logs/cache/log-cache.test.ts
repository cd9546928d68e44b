import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type LogCache, type LogCacheOptions, openLogCache } from "../../../src/logs/cache/log-cache.ts";
import type { LogPart } from "../../../src/logs/cache/log-slices.ts";
import { answer, type LogHost, startLogHost } from "../../doubles/log-host.ts";
import { workHere } from "../../doubles/text-work.ts";
import { until } from "../../until.ts";

const KIB = 1024;
const numbered = Array.from({ length: 2500 }, (_, n) => `line ${n}\n`).join("");
const large = (letter: string): string => `${letter.repeat(99)}\n`.repeat(400);

let folder: string;
let host: LogHost;
let release: () => void;
let now: number;
const caches: LogCache[] = [];

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), "log-cache-")), "log-cache");
  now = Date.now();
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [
      `/slow${n}`,
      (socket: Parameters<ReturnType<typeof answer>>[0]) =>
        void released.then(() => answer(`slow ${n}`)(socket, "")),
    ]),
  );
  host = await startLogHost({
    "/numbered": answer(gzipSync(numbered)),
    "/a": answer(large("a")),
    "/b": answer(large("b")),
    "/c": answer(large("c")),
    "/failing": answer(
      `start\nTEST-UNEXPECTED-FAIL | a.js\nTypeError: x\n${"calm\n".repeat(99)}${"TypeError: y\n".repeat(200)}`,
    ),
    "/binary": answer(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 1])),
    "/long-line": answer(gzipSync(Buffer.alloc(9 * KIB * KIB, "x"))),
    "/late": (socket) => void released.then(() => answer(large("l"))(socket, "")),
    ...slow,
  });
});
afterEach(async () => {
  release();
  await Promise.all(caches.splice(0).map((cache) => cache.close()));
  await host.close();
  rmSync(join(folder, ".."), { recursive: true });
});

function aCache(overrides: Partial<LogCacheOptions> = {}): LogCache {
  const cache = openLogCache({
    folder,
    maxBytes: 10 * KIB * KIB,
    work: workHere({ userAgent: "test", allowPrivate: true }),
    limits: { lines: 10_000, inflatedBytes: 20 * KIB * KIB, ratio: 2000 },
    perHost: 4,
    now: () => now,
    ...overrides,
  });
  caches.push(cache);
  return cache;
}
const texts = (part: LogPart): readonly string[] =>
  part.ok ? part.lines.map(({ text }) => text) : [part.detail];
const asked = (path: string): number =>
  host.requests.filter((head) => head.startsWith(`GET ${path} `)).length;

describe("lines of a log", () => {
  it.each([
    [0, 2, ["line 0\n", "line 1\n"]],
    [998, 1001, ["line 998\n", "line 999\n", "line 1000\n"]],
    [2000, 2001, ["line 2000\n"]],
    [2499, 5000, ["line 2499\n"]],
    [2500, 5000, []],
    [90_000, 90_001, []],
  ])("from %i to %i", async (from, to, lines) => {
    const part = await aCache().readLines(`${host.url}/numbered`, from, to, true);
    expect(texts(part)).toEqual(lines);
    expect(part.ok && part.lines.every(({ index }, at) => index === from + at)).toBe(true);
  });

  it("are fetched once for readers of one log, at the same time, later, and in another worker", async () => {
    const cache = aCache();
    const url = `${host.url}/numbered`;
    await Promise.all([1, 2, 3].map((n) => cache.readLines(url, n, n + 1, true)));
    expect(texts(await aCache().readLines(url, 7, 8, true))).toEqual(["line 7\n"]);
    expect(asked("/numbered")).toBe(1);
  });

  it("can be read only by the owner of the folder", async () => {
    const umask = process.umask(0);
    try {
      await aCache().readLines(`${host.url}/a`, 0, 1, true);
    } finally {
      process.umask(umask);
    }
    const paths = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
    expect(paths.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(["700", "600", "600"]);
  });

  it("of a log that may still grow are fetched again after ten seconds, those of a finished log after a day", async () => {
    const cache = aCache();
    const read = (isFinal: boolean) => cache.readLines(`${host.url}/a`, 0, 1, isFinal);
    await read(false);
    now += 9000;
    await read(true);
    expect(asked("/a")).toBe(1);
    now += 2000;
    await read(true);
    expect(asked("/a")).toBe(2);
    now += 23 * 3_600_000;
    await read(true);
    expect(asked("/a")).toBe(2);
    now += 2 * 3_600_000;
    await read(true);
    expect(asked("/a")).toBe(3);
  });

  it("from before the clock was set back are not treated as new", async () => {
    const cache = aCache();
    const read = () => cache.readLines(`${host.url}/a`, 0, 1, false);
    await read();
    now -= 3_600_000;
    await read();
    await read();
    expect(asked("/a")).toBe(2);
  });
});

describe("limits", () => {
  it("the least recently used text is deleted when there are too many", async () => {
    const cache = aCache({ maxBytes: 90 * KIB });
    const read = async (name: string): Promise<void> => {
      now += 1000;
      expect(await cache.readLines(`${host.url}/${name}`, 0, 1, true)).toMatchObject({ ok: true });
    };
    for (const name of ["a", "b", "a", "c"]) await read(name);
    expect(readdirSync(folder).filter((name) => name.endsWith(".txt"))).toHaveLength(2);
    await read("a");
    await read("b");
    expect(["/a", "/b", "/c"].map(asked)).toEqual([1, 2, 1]);
  });

  it("a text that took long to arrive is not deleted immediately for others that were read in the meantime", async () => {
    const cache = aCache({ maxBytes: 90 * KIB });
    for (const name of ["a", "b"]) await cache.readLines(`${host.url}/${name}`, 0, 1, true);
    const late = cache.readLines(`${host.url}/late`, 0, 1, true);
    await until(() => asked("/late") === 1);
    now += 60_000;
    for (const name of ["a", "b"]) await cache.readLines(`${host.url}/${name}`, 0, 1, true);
    release();
    expect(texts(await late)).toEqual([`${"l".repeat(99)}\n`]);
    expect(texts(await cache.readLines(`${host.url}/late`, 1, 2, true))).toEqual([`${"l".repeat(99)}\n`]);
    expect(asked("/late")).toBe(1);
  });

  it("incomplete files that a killed worker left behind are deleted after a day", async () => {
    const cache = aCache();
    await cache.readLines(`${host.url}/a`, 0, 1, true);
    const left = ["left.part", "left.json"];
    for (const name of left) writeFileSync(join(folder, name), "x");
    await cache.readLines(`${host.url}/b`, 0, 1, true);
    const kept = readdirSync(folder);
    expect(kept).toEqual(expect.arrayContaining(left));
    for (const name of kept.filter((each) => left.includes(each) || each.endsWith(".json"))) {
      utimesSync(join(folder, name), new Date(now), new Date(now - 2 * 86_400_000));
    }
    await cache.readLines(`${host.url}/c`, 0, 1, true);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(kept.filter((name) => !left.includes(name))));
    expect(readdirSync(folder).filter((name) => left.includes(name))).toEqual([]);
  });

  it.each([
    [10, 4],
    [2, 2],
  ])("with %i of one host, at most %i logs are fetched at the same time", async (perHost, most) => {
    const cache = aCache({ perHost });
    const ended: LogPart[] = [];
    const reading = [1, 2, 3, 4, 5].map(async (n) => {
      ended.push(await cache.readLines(`${host.url}/slow${n}`, 0, 1, true));
    });
    await until(() => ended.length === 5 - most && host.requests.length === most);
    expect(ended.every((part) => !part.ok && part.kind === "busy")).toBe(true);
    release();
    await Promise.all(reading);
    expect(ended.filter(({ ok }) => ok)).toHaveLength(most);
  });

  it.each([
    ["/gone", 0, 1, "failed", /could not be fetched: HTTP 404/],
    ["/binary", 0, 1, "failed", /not text/],
    ["/long-line", 0, 1, "too-long", /ask for fewer/],
  ])("%s is reported with the reason", async (path, from, to, kind, detail) => {
    const part = await aCache().readLines(`${host.url}${path}`, from, to, true);
    expect(part).toMatchObject({ ok: false, kind, detail: expect.stringMatching(detail) });
  });

  it("a log that is too long leaves nothing behind", async () => {
    const cache = aCache({ limits: { lines: 100, inflatedBytes: 20 * KIB * KIB, ratio: 2000 } });
    expect(await cache.readLines(`${host.url}/a`, 0, 1, true)).toMatchObject({
      detail: expect.stringMatching(/more than 100 lines/),
    });
    expect(texts(await aCache({ maxBytes: KIB }).readLines(`${host.url}/a`, 0, 1, true))).toEqual([
      "the log is longer than 1024 bytes",
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("on a full disk the other texts are deleted, and if that does not help, the reader gets an error", async () => {
    const work = workHere({ userAgent: "test", allowPrivate: true });
    let isFull: () => boolean = () => false;
    const full = { reason: "disk", detail: "the disk is full" } as const;
    const cache = aCache({
      work: { ...work, fetchText: async (...given) => (isFull() ? full : work.fetchText(...given)) },
    });
    const read = (path: string) => cache.readLines(`${host.url}${path}`, 0, 1, true);
    const texts = () => readdirSync(folder).filter((name) => name.endsWith(".txt"));
    await read("/a");
    isFull = () => texts().length > 0;
    expect(await read("/b")).toMatchObject({ ok: true });
    expect(texts()).toHaveLength(1);
    isFull = () => true;
    expect(await read("/c")).toMatchObject({ ok: false, kind: "failed", ...full });
  });

  it("a folder that cannot be written to is reported without its path", async () => {
    const file = join(folder, "..", "file");
    writeFileSync(file, "");
    const part = await aCache({ folder: join(file, "log-cache") }).readLines(`${host.url}/a`, 0, 1, true);
    expect(part).toEqual({
      ...{ ok: false, kind: "failed", reason: "disk" },
      detail: "the text cannot be kept on this machine: EEXIST",
    });
  });

  it("an address that is not public is never fetched", async () => {
    const cache = aCache({ work: workHere({ userAgent: "test" }) });
    expect(await cache.readLines(`${host.url}/a`, 0, 1, true)).toMatchObject({ ok: false, kind: "failed" });
    expect(host.connections()).toBe(0);
  });
});

describe("a page", () => {
  const shown = (path: string, isFinal = true, asOfMs: number | null = null) => ({
    url: host.url + path,
    isFinal,
    asOfMs,
  });

  it("gets lines, the properties of the log, and long lines cut", async () => {
    const cache = aCache();
    expect(await cache.readPart(shown("/numbered"), 2498, 2700, 5000)).toEqual({
      ok: true,
      facts: { total: 2500, bytes: numbered.length, isFinal: true, fetchedAtMs: now },
      lines: [
        { index: 2498, text: "line 2498\n", bytes: 10 },
        { index: 2499, text: "line 2499\n", bytes: 10 },
      ],
    });
    const long = await cache.readPart(shown("/long-line"), 0, 1, 5000);
    expect(long).toMatchObject({ ok: true, lines: [{ text: "x".repeat(10_000), bytes: 9 * KIB * KIB }] });
  });

  it("is not kept waiting, and its next request continues with the same fetch", async () => {
    const cache = aCache();
    const ask = (waitMs: number) => cache.readPart(shown("/slow1"), 0, 1, waitMs);
    expect(await ask(20)).toEqual({ ok: false, kind: "fetching", bytes: 0 });
    release();
    expect(await ask(5000)).toMatchObject({ ok: true, lines: [{ text: "slow 1" }] });
    expect(asked("/slow1")).toBe(1);
  });

  it("that is closed ends its fetch a little later, but not that of another reader", async () => {
    const cache = aCache({ abandonedMs: 50 });
    const other = cache.readLines(`${host.url}/slow2`, 0, 1, true);
    await until(() => asked("/slow2") === 1);
    const ask = (path: string) => cache.readPart(shown(path), 0, 1, 20);
    await until(async () => {
      expect(await ask("/slow1")).toMatchObject({ kind: "fetching" });
      return asked("/slow1") > 0;
    });
    expect(await ask("/slow2")).toMatchObject({ kind: "fetching" });
    await until(() => host.open() === 1);
    release();
    expect(texts(await other)).toEqual(["slow 2"]);
    expect(asked("/slow2")).toBe(1);
  });

  it("continues with the copy that it shows while the log grows, until it asks for a new one", async () => {
    const cache = aCache();
    const first = await cache.readPart(shown("/a", false), 0, 1, 5000);
    const asOf = first.ok ? first.facts.fetchedAtMs : null;
    now += 60_000;
    expect(await cache.readPart(shown("/a", false, asOf), 0, 1, 5000)).toEqual(first);
    expect(asked("/a")).toBe(1);
    expect(await cache.readPart(shown("/a", false), 0, 1, 5000)).toMatchObject({
      facts: { fetchedAtMs: now },
    });
    expect(asked("/a")).toBe(2);
  });

  it("that asks again for an unavailable log does not cause another fetch for ten seconds", async () => {
    const cache = aCache();
    const ask = () => cache.readPart(shown("/gone"), 0, 1, 5000);
    expect(await ask()).toMatchObject({ kind: "failed", reason: "http-status" });
    expect(await ask()).toMatchObject({ kind: "failed", reason: "http-status" });
    expect(asked("/gone")).toBe(1);
    now += 11_000;
    await ask();
    expect(asked("/gone")).toBe(2);
    now -= 3_600_000;
    await ask();
    expect(asked("/gone")).toBe(3);
  });

  it("finds a text in the whole log", async () => {
    const stop = new AbortController().signal;
    const question = { text: "LINE 24", matchCase: false, around: 2400 };
    const answer = await aCache().find(shown("/numbered"), question, 5000, stop);
    expect(answer).toMatchObject({ ok: true, facts: { total: 2500 }, found: { count: 111, before: 0 } });
  });

  it("finds the lines that a worker treats as errors, and says when there are more than it keeps", async () => {
    const cache = aCache();
    const { signal } = new AbortController();
    expect(await cache.findErrors(shown("/failing"), 5000, signal)).toMatchObject({
      ok: true,
      facts: { total: 302 },
      lines: [1, 2, ...Array.from({ length: 98 }, (_, index) => 102 + index)],
      isWhole: false,
    });
    expect(await cache.findErrors(shown("/numbered"), 5000, signal)).toMatchObject({
      ...{ ok: true, lines: [], isWhole: true },
    });
    expect(await cache.findErrors(shown("/gone"), 5000, signal)).toMatchObject({ kind: "failed" });
  });

  it("more than twenty concurrent searches are refused", async () => {
    let end: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const work = workHere({ userAgent: "test", allowPrivate: true });
    const cache = aCache({
      work: {
        ...work,
        findText: async () => held.then(() => ({ count: 0, before: 0, near: [], buckets: [] })),
      },
    });
    await cache.readLines(`${host.url}/a`, 0, 1, true);
    const { signal } = new AbortController();
    const asking = Array.from({ length: 21 }, () =>
      cache.find(shown("/a"), { text: "a", matchCase: false, around: 0 }, 5000, signal),
    );
    expect(await Promise.race(asking)).toMatchObject({ ok: false, kind: "busy" });
    end?.();
    expect((await Promise.all(asking)).filter(({ ok }) => ok)).toHaveLength(20);
  });
});
