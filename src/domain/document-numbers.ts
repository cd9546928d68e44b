import { hash } from "node:crypto";

/** The greatest number. It is below 2^53, because readers parse these numbers as JavaScript numbers. */
const MAX_NUMBER = 2 ** 53 - 1;
/** The number of values of the lower 26 bits. */
const LOWER = 2 ** 26;

/**
 * Returns the first candidate for the number of a job or a push in the read API: the first 53 bits of the SHA-256 of its id. The
 * actual number is stored with the document, because a number that is already taken is skipped.
 */
export function numberOf(id: string): number {
  const bytes = hash("sha256", id, "buffer");
  return bytes.readUIntBE(0, 6) * 32 + (bytes.readUInt8(6) >>> 3) || 1;
}

/** Returns the number to try after a number that is taken. */
export function numberAfter(taken: number): number {
  return taken >= MAX_NUMBER ? 1 : taken + 1;
}

/**
 * Returns the number of an artifact or log. Its upper 27 bits are those of its job's number, so it can be found through its job,
 * without a separate index. The lower 26 bits come from a hash. A retry that renames the job does not change the number.
 *
 * @param partId - an `artifactId` or `logId`. The part of it that identifies the job is ignored.
 */
export function partNumber(jobNumber: number, partId: string): number {
  // The parts of an id are encoded, so the second slash ends the job's id.
  const own = partId.slice(partId.indexOf("/", partId.indexOf("/") + 1) + 1);
  const lower = hash("sha256", own, "buffer").readUInt32BE(0) >>> 6;
  return jobNumber - (jobNumber % LOWER) + lower || 1;
}

/** Returns the range of numbers that the job of an artifact or log may have, both ends included. */
export function jobNumberRange(partNumber: number): readonly [first: number, last: number] {
  const first = partNumber - (partNumber % LOWER);
  return [Math.max(first, 1), first + LOWER - 1];
}
