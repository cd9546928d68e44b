import { describeLogFault } from "../../domain/log-faults.ts";
import { LogFetchError, type TransferredLog } from "../fetch/log-source.ts";
import { logArtifacts } from "../parse/log-artifacts.ts";
import { type LogLimits, type LogSummary, parseLog } from "../parse/log-parser.ts";
import type { LogReading, ReadingFailure } from "./log-reading.ts";

/**
 * Fetches and parses one log: the same for the worker's threads and for the command line.
 *
 * @param open - gives the bytes; a LogFetchError of it, or of the bytes, becomes the failure. What else it throws
 *   passes through.
 * @param url - as it was asked for: the `logurl` of the artifacts.
 * @param keepUnfit - also give performance data that does not fit its schema, and so must not be stored.
 */
export async function readLog(
  open: () => Promise<TransferredLog>,
  url: string,
  limits: LogLimits,
  keepUnfit = false,
): Promise<LogReading> {
  const from = performance.now();
  const wire = { bytes: 0, waitMs: 0 };
  try {
    const { contentEncoding, bytes } = await open();
    const log = { contentEncoding, bytes: measure(bytes, wire, from) };
    const result = await parseLog(log, limits, keepUnfit);
    if (!result.ok) return refuse(result.fault.reason, describeLogFault(result.fault), true);
    const artifacts = logArtifacts(result.summary, url);
    const figures = { ...wire, totalMs: performance.now() - from };
    return { ok: true, artifacts, warnings: warningsOf(result.summary), figures };
  } catch (error) {
    if (!(error instanceof LogFetchError)) throw error;
    const { kind, detail, final } = error.failure;
    return refuse(kind, detail, final);
  }
}

/** What the log holds and is not used, for people. */
function warningsOf(summary: LogSummary): string[] {
  const { performance_warnings, refused_performance: refused } = summary;
  const { left_out_performance, left_out_details } = summary;
  const warnings = refused.first.map(({ what, reason }) => `${what} is not stored: ${reason}`);
  if (refused.items > refused.first.length) {
    warnings.push(`nor are ${refused.items - refused.first.length} more`);
  }
  const counted = [
    [
      "items of performance data that were too many, or too large together, and are left out",
      left_out_performance,
    ],
    ["printed details that were too large together and are left out", left_out_details],
  ] as const;
  const leftOut = counted.flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`]));
  return [...performance_warnings, ...leftOut, ...warnings];
}

function refuse(kind: ReadingFailure["kind"], detail: string, final: boolean): LogReading {
  return { ok: false, failure: { kind, detail, final } };
}

/** The same pieces, counted; time between asking for a piece and getting it is the log host's. */
async function* measure(
  pieces: AsyncIterable<Uint8Array>,
  wire: { bytes: number; waitMs: number },
  from: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let asked = from;
  for await (const piece of pieces) {
    wire.waitMs += performance.now() - asked;
    wire.bytes += piece.length;
    yield piece;
    asked = performance.now();
  }
}
