import type { Artifact } from "../../domain/submission.ts";
import { LogFetchError, type TransferredLog } from "../fetch/log-source.ts";
import { logArtifacts } from "./log-artifacts.ts";
import { describeLogFault } from "./log-faults.ts";
import type { LogRead, LogReading, ReadingFailure } from "./log-reading.ts";
import { type LogLimits, parseLog } from "./parse-log.ts";
import { PERFORMANCE_DATA, storablePerformance } from "./storable-performance.ts";

/**
 * Fetches and parses one log: the same for the worker's threads and for the command line. Performance data comes as
 * the log has it: see {@link storableReading}.
 *
 * @param open - gives the bytes; a LogFetchError of it, or of the bytes, becomes the failure. What else it throws
 *   passes through.
 * @param url - as it was asked for: the `logurl` of the artifacts.
 */
export async function readLog(
  open: () => Promise<TransferredLog>,
  url: string,
  limits: LogLimits,
): Promise<LogReading> {
  const from = performance.now();
  const wire = { bytes: 0, waitMs: 0 };
  try {
    const { contentEncoding, bytes } = await open();
    const result = await parseLog({ contentEncoding, bytes: measure(bytes, wire, from) }, limits);
    if (!result.ok) return refuse(result.fault.reason, describeLogFault(result.fault), true);
    const warnings = result.summary.performance_warnings;
    const artifacts = logArtifacts(result.summary, url);
    return { ok: true, artifacts, warnings, figures: { ...wire, totalMs: performance.now() - from } };
  } catch (error) {
    if (!(error instanceof LogFetchError)) throw error;
    const { kind, detail, final } = error.failure;
    return refuse(kind, detail, final);
  }
}

/** What may be stored of a reading: without the performance data that does not fit its schema, each told. */
export function storableReading(reading: LogRead): LogRead {
  const artifacts: Artifact[] = [];
  const warnings = [...reading.warnings];
  for (const one of reading.artifacts) {
    const { artifact, refused } =
      one.name === PERFORMANCE_DATA ? storablePerformance(one) : { artifact: one, refused: [] };
    if (artifact !== null) artifacts.push(artifact);
    for (const { what, reason } of refused.slice(0, MAX_WARNINGS)) {
      warnings.push(`${what} is not stored: ${reason}`);
    }
    if (refused.length > MAX_WARNINGS) warnings.push(`nor are ${refused.length - MAX_WARNINGS} more`);
  }
  return { ...reading, artifacts, warnings };
}

// A log may hold thousands of bad items; the first few say what is wrong with them.
const MAX_WARNINGS = 5;

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
