import {
  defaultLogLimits,
  type LogLimits,
  type LogResult,
  type LogSummary,
  parseLog,
} from "../../../src/logs/parse/log-parser.ts";

/**
 * Parses a log that is given as text, with one character (U+0000 to U+00FF) per byte, or as the buffers in which it arrives.
 * All performance data is kept, whether it fits the schema or not.
 */
export async function readText(
  log: string | readonly Uint8Array[],
  limits: Partial<LogLimits> = {},
): Promise<LogResult> {
  const pieces = typeof log === "string" ? [Buffer.from(log, "latin1")] : log;
  return parseLog(
    {
      contentEncoding: "",
      bytes: (async function* () {
        yield* pieces;
      })(),
    },
    { ...defaultLogLimits, ...limits },
    true,
  );
}

/** Returns the summary of a log that must be readable. */
export async function summaryOf(log: string | readonly Uint8Array[]): Promise<LogSummary> {
  const result = await readText(log);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.summary;
}
