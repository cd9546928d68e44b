import { gzipSync } from "node:zlib";
import type { Arrival } from "../ports/submission-store.ts";

/** The maximum size of a compressed blob. It must fit, with the other fields, into a MongoDB document, which is limited to 16 MiB. */
const MAX_PACKED_BYTES = 15 * 1024 * 1024;
/** The most bytes that one UTF-16 code unit of a string takes in UTF-8. */
const MAX_UNIT_BYTES = 3;

/** Returns why an artifact's blob cannot be stored; null if it can be stored. */
export function whyNotStorable(blob: string): string | null {
  if (blob.length * MAX_UNIT_BYTES <= MAX_PACKED_BYTES) return null;
  if (gzipSync(blob).length <= MAX_PACKED_BYTES) return null;
  return `is too large: ${Buffer.byteLength(blob)} bytes; at most ${MAX_PACKED_BYTES} can be stored, after compression`;
}

/**
 * Returns the arrival without the artifacts that are too large to store. The job lists them as refused. Stores that have no such
 * limit apply this rule too, so that all stores decide the same.
 */
export function storablePart(arrival: Arrival): Arrival {
  const { submission } = arrival;
  const tooLarge = submission.artifacts.flatMap((artifact) => {
    const reason = whyNotStorable(artifact.blob);
    return reason === null ? [] : [{ artifact, reason }];
  });
  if (tooLarge.length === 0) return arrival;
  const refusals = tooLarge.map(({ artifact, reason }) => ({ what: `artifact "${artifact.name}"`, reason }));
  const left = new Set(tooLarge.map(({ artifact }) => artifact));
  const { suggestions_for } = submission;
  return {
    ...arrival,
    submission: {
      ...submission,
      artifacts: submission.artifacts.filter((artifact) => !left.has(artifact)),
      suggestions_for: tooLarge.some(({ artifact }) => artifact.blob === suggestions_for)
        ? null
        : suggestions_for,
      refused: [...submission.refused, ...refusals],
    },
  };
}
