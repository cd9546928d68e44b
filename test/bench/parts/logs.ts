import { spawn } from "node:child_process";
import { once as event } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { defaultLogLimits, parseLog } from "../../../src/logs/parse/log-parser.ts";
import { bundleProgram } from "../../bundle-program.ts";
import { type Part, percentile, rounded } from "../part.ts";
import { processUsage } from "../process-usage.ts";
import { spreadOf } from "../spread.ts";
import { aLargeLog, type BenchLog, realLogs } from "./log-mix.ts";

const ROUNDS = 5;
const LARGE_MIB = 48;
const AT_ONCE = 4;

/**
 * Measures inflating and parsing logs, alternating with a bare pass that only inflates and splits lines, by CPU time including
 * that of zlib's threads. Then it reads four large logs in parallel on threads, like the worker.
 */
export const logs = {
  goals: {
    mb_per_s: { atLeast: 60 },
    ratio: { atLeast: 0.4 },
    peak_rss_mib: { atMost: 64 },
    loop_delay_p99_ms: { atMost: 20 },
  },
  contenders: [],
  async measure() {
    const real = realLogs();
    const large = aLargeLog(LARGE_MIB, 1);
    const all = [...real, large];
    const megabytes = all.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    const rounds: (readonly [parsed: number, bare: number])[] = [];
    // The first round is not counted, because the JIT compiler is still busy.
    for (let round = 0; round <= ROUNDS; round++) {
      rounds.push([await cpuSeconds(all, parsePass), await cpuSeconds(all, barePass)]);
    }
    const counted = rounds.slice(1);
    const { peakMib, loopDelayP99Ms, idleDelayP99Ms } = await onThreads(large);
    const realOnes =
      real.length === 0 ? "no real logs (there are none beside the project)" : `${real.length} real logs`;
    const mb_per_s = spreadOf(
      counted.map(([parsed]) => megabytes / parsed),
      0,
    );
    const ratio = spreadOf(
      counted.map(([parsed, bare]) => bare / parsed),
      3,
    );
    return {
      what: `${realOnes} and a made one, ${Math.round(megabytes)} MB inflated; memory of each of ${AT_ONCE} at a time`,
      figures: {
        mb_per_s: mb_per_s.median,
        ratio: ratio.median,
        peak_rss_mib: rounded(peakMib / AT_ONCE, 1),
        loop_delay_p99_ms: rounded(loopDelayP99Ms, 1),
        idle_delay_p99_ms: rounded(idleDelayP99Ms, 1),
      },
      spreads: { mb_per_s, ratio },
    };
  },
} satisfies Part;

type Pass = (pieces: AsyncIterable<Buffer>) => Promise<number>;

const parsePass: Pass = async (pieces) => {
  const result = await parseLog({ contentEncoding: "", bytes: pieces }, defaultLogLimits);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.summary.lines;
};

const barePass: Pass = async (pieces) => {
  let lines = 0;
  let rest = "";
  const gunzip = createGunzip();
  const giving = (async () => {
    for await (const piece of pieces) if (!gunzip.write(piece)) await event(gunzip, "drain");
    gunzip.end();
  })();
  for await (const chunk of gunzip) {
    const split = (rest + chunk.toString("latin1")).split("\n");
    rest = split.pop() ?? "";
    lines += split.length;
  }
  await giving;
  return rest === "" ? lines : lines + 1;
};

async function cpuSeconds(all: readonly BenchLog[], pass: Pass): Promise<number> {
  const before = process.cpuUsage();
  for (const { gzip } of all) {
    if ((await pass(asItArrives(gzip))) === 0) throw new Error("a log without lines");
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const ARRIVES_BYTES = 64 * 1024;

async function* asItArrives(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += ARRIVES_BYTES) yield bytes.subarray(at, at + ARRIVES_BYTES);
}

/** The output of `log-threads.mjs`. */
interface ThreadsSaid {
  readonly idleMib: number;
  readonly idleDelaysMs: readonly number[];
  readonly delaysMs: readonly number[];
}

interface ThreadFigures {
  /** The process's peak memory, minus its memory before it had threads. */
  readonly peakMib: number;
  readonly loopDelayP99Ms: number;
  /** The same before there was a log to read. It shows the effect of other load. */
  readonly idleDelayP99Ms: number;
}

/** Runs in a process of its own, so that nothing else affects the figures. */
async function onThreads({ gzip }: BenchLog): Promise<ThreadFigures> {
  const host = createServer((_request, response) => response.end(gzip)).listen(0, "127.0.0.1");
  await event(host, "listening");
  const { port } = host.address() as AddressInfo;
  const script = bundleProgram("bench/parts/log-threads.mjs");
  const args = [script, `http://127.0.0.1:${port}/log.gz`, String(AT_ONCE)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const said = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (said.done === true) {
    host.close();
    throw new Error("log-threads.mjs ended without its figures; see its error above");
  }
  const { idleMib, idleDelaysMs, delaysMs }: ThreadsSaid = JSON.parse(said.value);
  const peakMib = processUsage(child.pid ?? 0).peakRssMib - idleMib;
  child.stdin.end();
  await event(child, "close");
  host.close();
  return {
    peakMib,
    loopDelayP99Ms: percentile(delaysMs, 0.99),
    idleDelayP99Ms: percentile(idleDelaysMs, 0.99),
  };
}
