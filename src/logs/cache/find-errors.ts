import { describeLogFault } from "../../domain/log-faults.ts";
import { defaultLogLimits, LogParser } from "../parse/log-parser.ts";
import type { TextFailure } from "./fetch-into-cache.ts";
import { readPieces } from "./read-pieces.ts";

/** The error lines of a log, or the reason why they are not known. */
export type FoundErrors =
  | {
      /** The numbers of the lines, from 0, ascending. */
      readonly lines: readonly number[];
      /** True if the log has no other error lines. */
      readonly isWhole: boolean;
    }
  | TextFailure;

/**
 * Finds the lines of a file that a worker would treat as errors, but no more of them than it would keep. Blocks its thread until it is
 * done. Returns null if the file does not exist.
 */
export function findErrors(path: string): FoundErrors | null {
  const parser = new LogParser(defaultLogLimits);
  if (!readPieces(path, (piece) => parser.write(piece))) return null;
  const result = parser.end();
  if (!result.ok) return { reason: result.fault.reason, detail: describeLogFault(result.fault) };
  const { all_errors, errors_truncated } = result.summary.step_data;
  return { lines: all_errors.map(({ linenumber }) => linenumber), isWhole: !errors_truncated };
}
