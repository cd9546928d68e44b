import { hash } from "node:crypto";

/** Numbers are positive integers up to this one, which is below 2^53: readers parse them as numbers of JavaScript. */
const MAX_NUMBER = 2 ** 53 - 1;
/** How many values the lower 26 bits of a number have. */
const LOWER = 2 ** 26;

/**
 * Returns the number by which the read API knows a job or a push: the first 53 bits of the SHA-256 of its id. The number that
 * counts is the one that is stored with the document, because a number that is taken already is skipped.
 */
export function numberOf(id: string): number {
  const bytes = hash("sha256", id, "buffer");
  return bytes.readUIntBE(0, 6) * 32 + (bytes.readUInt8(6) >>> 3) || 1;
}

/** Returns the number to try after one that is taken. */
export function numberAfter(taken: number): number {
  return taken >= MAX_NUMBER ? 1 : taken + 1;
}

/**
 * Returns the number of an artifact or log. Its upper 27 bits are those of its job's number, so that it is found through its
 * job, without an index of its own; the lower 26 bits come from a hash. A retry that renames the job does not change it.
 *
 * @param partId - an `artifactId` or `logId`. The job's part of it is left out.
 */
export function partNumber(jobNumber: number, partId: string): number {
  // The parts of an id are encoded, so the second slash ends the job's id.
  const own = partId.slice(partId.indexOf("/", partId.indexOf("/") + 1) + 1);
  const lower = hash("sha256", own, "buffer").readUInt32BE(0) >>> 6;
  return jobNumber - (jobNumber % LOWER) + lower || 1;
}

/** Returns the first and the last number that the job of an artifact or log may have, both included. */
export function jobNumberRange(partNumber: number): readonly [first: number, last: number] {
  const first = partNumber - (partNumber % LOWER);
  return [Math.max(first, 1), first + LOWER - 1];
}
