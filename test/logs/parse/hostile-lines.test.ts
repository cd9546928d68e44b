import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { searchTerms } from "../../../src/bugs/lookup/search-terms.ts";
import {
  errorPatterns,
  harmlessPatterns,
  isErrorLine,
  type LinePattern,
  levelPatterns,
  passingPatterns,
} from "../../../src/logs/parse/error-lines.ts";
import { logArtifacts } from "../../../src/logs/parse/log-artifacts.ts";
import { defaultLogLimits, parseLog } from "../../../src/logs/parse/log-parser.ts";
import { readDetail } from "../../../src/logs/parse/printed-details.ts";
import { readStepMarker } from "../../../src/logs/parse/step-marker.ts";
import { openParseThreads } from "../../../src/logs/read/parse-thread.ts";
import { readPerformanceItem } from "../../../src/submission/performance-item.ts";
import { runCli } from "../../cli/run-cli.ts";
import { answer, startLogHost } from "../../doubles/log-host.ts";
import { hostileLog, seededRandom } from "./hostile-lines.ts";

jest.setTimeout(300_000);

// FUZZ_LINES=1000000 runs the long form, which takes a minute. Another FUZZ_SEED gives other lines.
const LINES = Number(process.env["FUZZ_LINES"] ?? 50_000);

describe(`${LINES} hostile lines`, () => {
  const folder = mkdtempSync(join(tmpdir(), "hostile-lines-"));
  const file = join(folder, "log.gz");
  const seed = Number(process.env["FUZZ_SEED"] ?? 20_260_105);
  let log: Buffer;
  let gzip: Buffer;
  /** The result of this process for the lines, in randomly cut pieces. */
  let made: Record<string, unknown>;

  beforeAll(async () => {
    log = hostileLog(seed, LINES);
    gzip = gzipSync(log, { level: 1 });
    writeFileSync(file, gzip);
    const result = await parseLog({ contentEncoding: "", bytes: cutAtRandom(log, seed) }, defaultLogLimits);
    if (!result.ok) throw new Error(`seed ${seed}: ${JSON.stringify(result.fault)}`);
    expect(result.summary.lines).toBe(LINES);
    made = Object.fromEntries(
      logArtifacts(result.summary, "?").map(({ name, blob }) => [name, JSON.parse(blob)]),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("contain errors, steps, details and data, so that every reader is tested", () => {
    expect(made).toMatchObject({
      text_log_summary: {
        step_data: { errors_truncated: true, all_errors: expect.anything(), steps: expect.anything() },
      },
    });
    expect(JSON.stringify(made["Job Info"]).length).toBeGreaterThan(LINES / 100);
  });

  it("give the same result in the command and in the parser, however they are cut into pieces", async () => {
    const { code, stdout, stderr } = await runCli(["parse-log", file], { DATA_DIR: folder });
    expect({ code, last: stderr.split("\n").at(-2) ?? "" }).toMatchObject({ code: 0 });
    const { text_log_summary, "Job Info": info, "Bug suggestions": bugs } = JSON.parse(stdout);
    const { logurl: _asked, ...rest } = text_log_summary;
    expect({ logurl: "?", ...rest }).toEqual(made["text_log_summary"]);
    expect({ ...info, logurl: "?" }).toEqual(made["Job Info"]);
    expect(bugs).toHaveLength(rest.step_data.all_errors.length);
  });

  it("neither stall nor crash the thread that reads them for the worker", async () => {
    const host = await startLogHost({ "/log": answer(gzip) });
    const threads = openParseThreads({
      threads: 1,
      entry: new URL("../../../dist/parse-thread-entry.js", import.meta.url),
      userAgent: "test",
      allowPrivate: true,
    });
    const reading = await threads.readLog(
      `${host.url}/log`,
      new AbortController().signal,
      (addresses) => addresses,
    );
    expect(reading.ok || reading.failure).toBe(true);
    await threads.close();
    await host.close();
  });
});

async function* cutAtRandom(bytes: Buffer, seed: number): AsyncGenerator<Buffer> {
  const random = seededRandom(seed + 1);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() ** 3 * 300_000);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

type Reads = (line: string) => unknown;

describe("the worst line takes time in proportion to its length", () => {
  const patterns = [...levelPatterns, ...passingPatterns, ...harmlessPatterns, ...errorPatterns];
  it.each(patterns.map((pattern): [string, LinePattern] => [pattern.name, pattern]))(
    "for the pattern of %s",
    (_name, { finds, leaves, matches }) => {
      const seeds = [finds, leaves];
      expect(growthAtWorst((line) => matches.test(line), seeds)).toBeLessThan(LINEAR);
      // Also with the steps before and after it.
      expect(growthAtWorst(isErrorLine, seeds)).toBeLessThan(LINEAR);
    },
  );

  it.each<[string, Reads, readonly string[]]>([
    [
      "the marker of a step",
      readStepMarker,
      ["========= Started x (results: 0, elapsed: 1 secs) (at 2026-01-05) ===", "========= Finished "],
    ],
    [
      "a printed detail",
      readDetail,
      [
        `<a href="http://h/x">y</a>: uploaded`,
        `t: <a a="b" href="http://h/x" c="d">y</a>`,
        "a b: http://h",
        "a<br/>b",
      ],
    ],
    [
      "performance data",
      (text: string) => readPerformanceItem(text, false),
      [`{"a":[NaN,-Infinity,"\\"",1]}`, `{"a":{"b":`],
    ],
    [
      "a text that is searched for",
      searchTerms,
      [
        "10:00:01     INFO -  TEST-UNEXPECTED-FAIL | a/b\\c/test_x.js | boom",
        "x | leakcheck | 12 bytes leaked (Foo (bar), Baz)",
        "PROCESS-CRASH | x | application crashed [@ mozilla::Foo(int)]",
      ],
    ],
  ])("for %s", (_name, reads, seeds) => {
    expect(growthAtWorst(reads, seeds)).toBeLessThan(LINEAR);
  });

  it("and a quadratic reader would be noticed", () => {
    expect(growthAtWorst((line) => /\d+x/.test(line), ["12x"], 1)).toBeGreaterThan(LINEAR);
    expect(growthAtWorst((line) => /a.*b/.test(line), ["ab"], 1)).toBeGreaterThan(LINEAR);
  });
});

const SHORT = 4096;
const TIMES = 4;
// Four times the length causes four times the work; quadratic work would be sixteen times.
const LINEAR = TIMES ** 1.5;

/** Returns the factor by which the work grows when the line gets four times as long, for the line with the largest growth. */
function growthAtWorst(reads: Reads, seeds: readonly string[], tries = 5): number {
  const worst = worstOf(reads, seeds.flatMap(pumps));
  let least = Number.POSITIVE_INFINITY;
  // Other processes, and garbage collection, can only add to a measurement.
  for (let nth = 0; nth < tries && least >= LINEAR; nth++) {
    const short = workOf(reads, worst(SHORT));
    least = Math.min(least, workOf(reads, worst(SHORT * TIMES)) / short);
  }
  return least;
}

/** Returns the line of a family that has this length. */
type Pump = (length: number) => string;

/** Families of lines made from a text: its characters, its prefixes, or all but its end, each repeated. */
function pumps(text: string): Pump[] {
  const of =
    (before: string, again: string): Pump =>
    (length) =>
      flat(before + again.repeat(Math.ceil(length / again.length)));
  return Array.from(text, (character, at) => [
    of(text.slice(0, at), character),
    of("", text.slice(0, at + 1)),
    of(text.slice(0, at), text.slice(at)),
  ]).flat();
}

/** Returns a text in the form of a log's text: one flat string with a character for each byte. */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function worstOf(reads: Reads, candidates: readonly Pump[]): Pump {
  let worst: Pump = () => "";
  let most = -1;
  for (const pump of candidates) {
    const line = pump(SHORT);
    reads(line);
    const work = Math.min(once(reads, line), once(reads, line), once(reads, line));
    if (work > most) [worst, most] = [pump, work];
  }
  return worst;
}

function once(reads: Reads, line: string): number {
  const from = process.hrtime.bigint();
  reads(line);
  return Number(process.hrtime.bigint() - from);
}

/** Returns the CPU time of one read: the minimum of several. */
function workOf(reads: Reads, line: string): number {
  let calls = 1;
  while (cpuOf(reads, line, calls) < 2000 && calls < 1_000_000) calls *= 2;
  let least = Number.POSITIVE_INFINITY;
  // A long read needs few repetitions to be measured.
  for (let run = 0, spent = 0; run < 5 && spent < 100_000; run++) {
    const took = cpuOf(reads, line, calls);
    least = Math.min(least, took / calls);
    spent += took;
  }
  return least;
}

/** Microseconds. */
function cpuOf(reads: Reads, line: string, calls: number): number {
  const from = process.cpuUsage();
  for (let call = 0; call < calls; call++) reads(line);
  const { user, system } = process.cpuUsage(from);
  return user + system;
}
