import { skipDigits } from "../inflate/log-text.ts";

/** A line that opens or closes a step of a build. */
export interface StepMarker {
  readonly kind: "Started" | "Finished";
  readonly name: string;
  /** The digits of the result code. */
  readonly code: string;
  readonly time: string;
}

const RESULTS = " (results: ";
const ELAPSED = ", elapsed: ";
const AT = ") (at ";

/**
 * Reads `========= Started NAME (results: CODE, elapsed: anything) (at TIME)`, or `Finished` instead of `Started`, at the
 * start of a line; anything may follow. NAME is the shortest that fits. TIME ends at the first `)`.
 *
 * A regular expression is not used, because it would try each elapsed text with each name, in more than linear time.
 *
 * @param line - bytes as characters.
 * @returns null for any other line.
 */
export function readStepMarker(line: string): StepMarker | null {
  const kind = line.startsWith("========= Started ")
    ? "Started"
    : line.startsWith("========= Finished ")
      ? "Finished"
      : null;
  if (kind === null) return null;
  const nameAt = 10 + kind.length + 1;
  for (
    let results = line.indexOf(RESULTS, nameAt);
    results !== -1;
    results = line.indexOf(RESULTS, results + 1)
  ) {
    const codeAt = results + RESULTS.length;
    const codeEnd = skipDigits(line, codeAt);
    if (codeEnd === codeAt || !line.startsWith(ELAPSED, codeEnd)) continue;
    const at = line.indexOf(AT, codeEnd + ELAPSED.length);
    const end = at === -1 ? -1 : line.indexOf(")", at + AT.length);
    // If the rest does not follow this name, it does not follow a longer one either.
    if (end === -1) return null;
    return {
      kind,
      name: line.slice(nameAt, results),
      code: line.slice(codeAt, codeEnd),
      time: line.slice(at + AT.length, end),
    };
  }
  return null;
}
