import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { LogReading } from "../../../src/logs/read/log-reading.ts";
import {
  openParseThreads,
  type ParseThreads,
  type ParseThreadsOptions,
} from "../../../src/logs/read/parse-thread.ts";
import { answer, type Behaviour, endless, type LogHost, raw, startLogHost } from "../../doubles/log-host.ts";

// Threads run compiled code: `npm test` builds it; if you run this file alone, run `npm run build` first.
const entry = new URL("../../../dist/parse-thread-entry.js", import.meta.url);

const admitAll = (addresses: readonly string[]): readonly string[] => addresses;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function aHost(paths: Readonly<Record<string, Behaviour>>): Promise<LogHost> {
  const host = await startLogHost(paths);
  opened.push(host);
  return host;
}

function someThreads(options: Partial<ParseThreadsOptions> = {}): ParseThreads {
  const threads = openParseThreads({ threads: 2, userAgent: "test", allowPrivate: true, entry, ...options });
  opened.push(threads);
  return threads;
}

const read = (threads: ParseThreads, url: string): Promise<LogReading> =>
  threads.readLog(url, new AbortController().signal, admitAll);

const log =
  'first\nfatal error: boom\nTinderboxPrint: built<br/>yes\nPERFHERDER_DATA: {"framework":{"name":"x"},"suites":[]}\n';

function expectReadAs(reading: LogReading, url: string): void {
  expect(reading).toMatchObject({ ok: true });
  const artifacts = reading.ok ? reading.artifacts : [];
  expect(artifacts.map(({ name, type }) => [name, type])).toEqual([
    ["text_log_summary", "json"],
    ["Job Info", "json"],
    ["performance_data", "json"],
  ]);
  const [summary, info] = artifacts.map(({ blob }): unknown => JSON.parse(blob));
  expect(summary).toMatchObject({
    logurl: url,
    step_data: { all_errors: [{ linenumber: 1, line: "fatal error: boom" }] },
  });
  expect(info).toMatchObject({ logurl: url, job_details: [{ title: "built", value: "yes" }] });
}

// A busy machine starts threads slowly, and log threads have a low priority.
jest.setTimeout(180_000);

describe("a log read on a thread", () => {
  it("yields its artifacts, compressed or plain, whole or cut off", async () => {
    const gzip = gzipSync(log);
    const host = await aHost({
      "/gzip": answer(gzip),
      "/plain": answer(log),
      "/members": answer(Buffer.concat([gzip, gzipSync("fatal error: of another member\n")])),
      "/no-trailer": answer(gzip.subarray(0, -8)),
      "/brotli": answer(brotliCompressSync(log), "200 OK", "Content-Encoding: br\r\n"),
      "/twice": answer(gzipSync(gzip), "200 OK", "Content-Encoding: gzip\r\n"),
      "/mixed": answer(
        brotliCompressSync(gzip),
        "200 OK",
        "Content-Encoding: gzip\r\nContent-Encoding: br\r\n",
      ),
    });
    const threads = someThreads();
    for (const path of ["gzip", "plain", "members", "no-trailer", "brotli", "twice", "mixed"]) {
      const url = `${host.url}/${path}`;
      expectReadAs(await read(threads, url), url);
    }
  });

  it("yields performance data that fits its schema, and warns about the rest", async () => {
    const good = '{"framework":{"name":"x"},"suites":[]}';
    const bad = '{"framework":{"name":"x"},"suites":{}}';
    const printed = (...items: readonly string[]): string =>
      items.map((item) => `PERFHERDER_DATA: ${item}\n`).join("");
    const host = await aHost({
      "/mixed": answer(printed(bad, good, "{no json}")),
      "/bad": answer(printed(...Array<string>(20).fill(bad))),
    });
    const threads = someThreads();
    const mixed = await read(threads, `${host.url}/mixed`);
    const allBad = await read(threads, `${host.url}/bad`);
    const dataOf = (reading: LogReading): string | null =>
      (reading.ok && reading.artifacts.find(({ name }) => name === "performance_data")?.blob) || null;
    expect(JSON.parse(dataOf(mixed) ?? "null")).toMatchObject({ performance_data: [JSON.parse(good)] });
    expect(mixed).toMatchObject({
      warnings: [
        "lines that announce performance data but hold no valid JSON: 1",
        "performance data 1 is not stored: /suites must be array",
      ],
    });
    expect(dataOf(allBad)).toBeNull();
    expect(allBad).toHaveProperty("warnings.length", 6);
    expect(allBad).toHaveProperty("warnings.5", "more items of performance data that are not stored: 15");
  });

  (process.platform === "linux" ? it : it.skip)("has a lower priority than the main thread", async () => {
    const nicest = (): number =>
      Math.max(
        ...readdirSync("/proc/self/task").map((task) => {
          const fields = readFileSync(`/proc/self/task/${task}/stat`, "utf8").split(") ").at(-1)?.split(" ");
          return Number(fields?.[16]);
        }),
      );
    const main = getPriority();
    const host = await aHost({ "/log": answer(log) });
    const threads = someThreads();
    await read(threads, `${host.url}/log`);
    expect(nicest()).toBeGreaterThan(main);
    expect(getPriority()).toBe(main);
  });

  it("is returned with its figures", async () => {
    const gzip = gzipSync(log);
    const host = await aHost({ "/log": answer(gzip) });
    const reading = await read(someThreads(), `${host.url}/log`);
    expect(reading).toMatchObject({ ok: true, figures: { bytes: gzip.length } });
    if (reading.ok) expect(reading.figures.totalMs).toBeGreaterThanOrEqual(reading.figures.waitMs);
  });

  it("is read concurrently with others, and with a host that does not answer", async () => {
    const host = await aHost({ "/log": answer(gzipSync(log)), "/never": () => undefined });
    const threads = someThreads({ fetchLimits: { connectMs: 5000, idleMs: 5000 } });
    const slow = read(threads, `${host.url}/never`);
    for (let nth = 0; nth < 5; nth++) expectReadAs(await read(threads, `${host.url}/log`), `${host.url}/log`);
    expect(await slow).toMatchObject({ ok: false, failure: { kind: "timeout", final: false } });
  });

  it("stops when the read is stopped", async () => {
    const host = await aHost({ "/log": endless(Buffer.from("x\n"), 20) });
    const stop = new AbortController();
    const reading = someThreads().readLog(`${host.url}/log`, stop.signal, admitAll);
    while (host.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await expect(reading).rejects.toMatchObject({ kind: "stopped" });
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("a log that could take more memory than a thread has", () => {
  const item = (data: string): string =>
    `PERFHERDER_DATA: {"framework":{"name":"x"},"suites":[],"x":${data}}\n`;
  const filled = (bytes: number, piece: (nth: number) => string): string => {
    const pieces: string[] = [];
    for (let length = 0; length < bytes; length += pieces.at(-1)?.length ?? 0)
      pieces.push(`${piece(pieces.length)},`);
    return `[${pieces.join("")}0]`;
  };

  it.each<[string, items: number, (nth: number) => string, warning: string | undefined]>([
    ["empty lists", 15, () => "[]", undefined],
    ["objects with different members", 15, (nth) => `{"${nth.toString(36)}":0}`, undefined],
    // Each unusual number takes more memory than an empty list, and more time to find.
    ["unusual numbers", 5, () => "NaN", "more values that are NaN or Infinity: 499995"],
  ])(
    "is read item by item if its performance data has %s",
    async (_case, items, piece, warning) => {
      const data = item(filled(400_000, piece)).repeat(items);
      const host = await aHost({ "/log": answer(gzipSync(log + data)) });
      const threads = someThreads({ heapMib: 44, logLimits: { ratio: 100_000 }, stallMs: 180_000 });
      const reading = await read(threads, `${host.url}/log`);
      expect(reading).toMatchObject({ ok: true });
      expect(reading.ok ? reading.warnings.at(-1) : "").toBe(warning);
      const blob = reading.ok ? reading.artifacts.find(({ name }) => name === "performance_data")?.blob : "";
      expect(blob?.length).toBeGreaterThan(items * 400_000);
      // The thread has a low priority, so during other tests it waits long for the processor.
    },
    180_000,
  );

  it("has its artifacts cut to their limit, with a warning about the rest", async () => {
    const printed = "TinderboxPrint: a<br/>b\n".repeat(3000);
    const host = await aHost({ "/log": answer(gzipSync(log + printed + item("0").repeat(12_000))) });
    const threads = someThreads({ logLimits: { artifactBytes: 100_000 } });
    const reading = await read(threads, `${host.url}/log`);
    const [, details, items] = reading.ok ? reading.artifacts.map(({ blob }) => blob.length) : [];
    for (const bytes of [details, items]) {
      expect(bytes).toBeGreaterThan(50_000);
      // The text around the list is not counted.
      expect(bytes).toBeLessThan(100_200);
    }
    expect(reading).toMatchObject({
      warnings: [
        expect.stringMatching(/^items of performance data left out .*: \d{4,5}$/),
        expect.stringMatching(/^printed details left out .*: \d{3,4}$/),
      ],
    });
  });

  it("keeps at most ten thousand items of performance data", async () => {
    const host = await aHost({ "/log": answer(gzipSync(item("0").repeat(10_005))) });
    const threads = someThreads({ logLimits: { ratio: 100_000 } });
    const reading = await read(threads, `${host.url}/log`);
    const blob = reading.ok ? reading.artifacts.find(({ name }) => name === "performance_data")?.blob : "";
    expect(JSON.parse(blob ?? "")).toHaveProperty("performance_data.length", 10_000);
    expect(reading).toMatchObject({ warnings: [expect.stringMatching(/left out .*: 5$/)] });
  });
});

describe("a log that cannot be read on a thread fails with the reason", () => {
  // A failure does not harm the thread, which reads the next log.
  let threads: ParseThreads;
  beforeAll(() => {
    threads = openParseThreads({
      ...{ threads: 1, userAgent: "test", allowPrivate: true, entry },
      fetchLimits: { bytes: 1_000_000 },
      logLimits: { inflatedBytes: 20_000_000, ratio: 100, lines: 1000, artifactBytes: 20_000 },
    });
  });
  afterAll(() => threads.close());

  it.each<[string, Behaviour, string, boolean]>([
    ["a log that is gone", answer("", "404 Not Found"), "http-status", true],
    ["a server with an error", answer("", "503 Busy"), "http-status", false],
    ["a broken transfer", raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nlog"), "network", false],
    ["more than may be transferred", endless(Buffer.alloc(10_000, "x")), "too-large", true],
    ["corrupt gzip", answer(corrupted(gzipSync(log))), "corrupt-gzip", true],
    ["a log that is not text", answer(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")), "not-text", true],
    ["a log in another format", answer(Buffer.from("\xfd7zXZ\0", "latin1")), "foreign-compression", true],
    ["a bomb of moderate ratio", answer(moderateBomb()), "inflates-too-far", true],
    ["a bomb of lines", answer(gzipSync("\n".repeat(2000))), "too-many-lines", true],
    ["a bomb of errors", answer(gzipSync(endlessErrors())), "artifact-too-large", true],
  ])("%s", async (_case, behaviour, kind, final) => {
    const host = await aHost({ "/log": behaviour });
    expect(await read(threads, `${host.url}/log`)).toMatchObject({ ok: false, failure: { kind, final } });
  });

  it("an endless stream", async () => {
    const host = await aHost({ "/log": endless(Buffer.from("x\n"), 20) });
    expect(await read(someThreads({ fetchLimits: { totalMs: 3000 } }), `${host.url}/log`)).toMatchObject({
      ok: false,
      failure: { kind: "timeout", final: false },
    });
  });

  it("a gzip bomb", async () => {
    const host = await aHost({ "/log": answer(gzipSync(Buffer.alloc(70_000_000))) });
    expect(await read(someThreads(), `${host.url}/log`)).toMatchObject({
      ok: false,
      failure: { kind: "ratio-too-high", final: true },
    });
  });

  it("a log on a port that is not allowed", async () => {
    const host = await aHost({ "/log": answer(log) });
    const threads = someThreads({ allowPorts: ["443"] });
    expect(await read(threads, `${host.url}/log`)).toMatchObject({
      ok: false,
      failure: { kind: "refused-port", final: true, detail: expect.stringContaining("LOG_PORTS") },
    });
    expect(host.connections()).toBe(0);
  });

  it("an internal address, which is never connected to", async () => {
    const host = await aHost({ "/log": answer(log) });
    const threads = someThreads({ allowPrivate: false });
    expect(await read(threads, `${host.url}/log`)).toMatchObject({
      ok: false,
      failure: { kind: "refused-address", final: true },
    });
    expect(host.connections()).toBe(0);
  });
});

function corrupted(gzip: Buffer): Buffer {
  const copy = Buffer.from(gzip);
  copy.fill(0xff, 10, 20);
  return copy;
}

/** Returns a log of long lines, a third of them without a pattern, which inflates to 40 times its size. */
function moderateBomb(): Buffer {
  const line = `${Array.from({ length: 800 }, (_, nth) => (nth * 7919) % 1000).join("")}${"x".repeat(98_000)}\n`;
  return gzipSync(line.repeat(300), { level: 1 });
}

function endlessErrors(): string {
  return Array.from({ length: 900 }, (_, nth) => {
    const at = "(results: 0, elapsed: 0 secs) (at 2016-07-01 10:00:00) =========";
    return nth % 90 === 0
      ? `========= Started step ${nth} ${at}`
      : `fatal error: number ${nth}, ${"and on ".repeat(9)}`;
  }).join("\n");
}
