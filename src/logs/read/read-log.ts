import { describeLogFault } from "../../domain/log-faults.ts";
import { LogFetchError, type TransferredLog } from "../fetch/log-source.ts";
import { logArtifacts } from "../parse/log-artifacts.ts";
import { type LogLimits, type LogSummary, parseLog } from "../parse/log-parser.ts";
import type { LogReading, ReadingFailure } from "./log-reading.ts";

/**
 * Fetches and parses one log, for the worker's threads and for the command line.
 *
 * @param open - opens the log. A LogFetchError from it, or while the bytes are read, becomes the failure. Other errors are
 *   thrown.
 * @param url - the requested URL, which becomes the `logurl` of the artifacts.
 * @param keepUnfit - also return performance data that does not fit its schema, and so must not be stored.
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

/** Returns warnings about parts of the log that are not used. */
function warningsOf(summary: LogSummary): string[] {
  const { performance_warnings, refused_performance: refused } = summary;
  const { left_out_performance, left_out_details } = summary;
  const warnings = refused.first.map(({ what, reason }) => `${what} is not stored: ${reason}`);
  if (refused.items > refused.first.length) {
    warnings.push(
      `more items of performance data that are not stored: ${refused.items - refused.first.length}`,
    );
  }
  const counted = [
    [
      "items of performance data left out because there are too many, or because they are too large together",
      left_out_performance,
    ],
    ["printed details left out because they are too large together", left_out_details],
  ] as const;
  const leftOut = counted.flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`]));
  return [...performance_warnings, ...leftOut, ...warnings];
}

function refuse(kind: ReadingFailure["kind"], detail: string, final: boolean): LogReading {
  return { ok: false, failure: { kind, detail, final } };
}

/** Yields the pieces unchanged, counts their bytes, and measures the time spent waiting for the log host. */
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
