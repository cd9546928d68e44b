import { gzipSync } from "node:zlib";
import type { Arrival } from "../ports/submission-store.ts";

/** Most bytes of a blob, compressed: a document of 16 MiB must hold it with all that stands beside it. */
const MAX_PACKED_BYTES = 15 * 1024 * 1024;
/** So many bytes has one unit of a string at most, as UTF-8. */
const MAX_UNIT_BYTES = 3;

function isStorable(blob: string): boolean {
  if (blob.length * MAX_UNIT_BYTES <= MAX_PACKED_BYTES) return true;
  return gzipSync(blob).length <= MAX_PACKED_BYTES;
}

/**
 * The arrival without the artifacts that no store would take; its job says that they were refused. Decided here, so that
 * the stores cannot differ in it.
 */
export function storablePart(arrival: Arrival): Arrival {
  const { submission } = arrival;
  const tooLarge = submission.artifacts.filter(({ blob }) => !isStorable(blob));
  if (tooLarge.length === 0) return arrival;
  const refusals = tooLarge.map(({ name, blob }) => ({
    what: `artifact "${name}"`,
    reason: `is too large: ${Buffer.byteLength(blob)} bytes; compressed it may have ${MAX_PACKED_BYTES}`,
  }));
  const { suggestions_for } = submission;
  return {
    ...arrival,
    submission: {
      ...submission,
      artifacts: submission.artifacts.filter((artifact) => !tooLarge.includes(artifact)),
      suggestions_for: tooLarge.some(({ blob }) => blob === suggestions_for) ? null : suggestions_for,
      refused: [...submission.refused, ...refusals],
    },
  };
}
