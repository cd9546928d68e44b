import { isJsonObject } from "../domain/text/json-object.ts";
import type { ParsedSource } from "../domain/text/source-json.ts";

/** One job message in a body. */
export interface DecodedJob {
  /** The message to store, with numbers as the publisher wrote them. */
  readonly source: unknown;
  /** The message to check, with numbers as JavaScript reads them. It is the same object as `source` if the numbers are the same. */
  readonly value: unknown;
  /**
   * The JSON pointer from the message to the job: `/payload` or `/payload/3` in an envelope, otherwise `""`. Each item of a plain
   * array counts as a separate message.
   */
  readonly at: string;
}

/** Returns how many job messages {@link unwrapJobs} would return. It takes a tenth of the time. */
export function countJobs(value: unknown): number {
  if (!Array.isArray(value)) return jobsIn(value);
  let count = 0;
  for (const message of value) count += jobsIn(message);
  return count;
}

function jobsIn(message: unknown): number {
  return isEnvelope(message) && Array.isArray(message.payload) ? message.payload.length : 1;
}

/**
 * Returns the job messages in a body: the body itself, or each item if it is an array. The MozillaPulse library wraps a message
 * in an envelope, `{"payload": ..., "_meta": {...}}`. Then the payload is returned instead, which may be an array of jobs.
 */
export function unwrapJobs({ value, source }: ParsedSource): readonly DecodedJob[] {
  if (!Array.isArray(value) || !Array.isArray(source)) return unwrap(value, source);
  return value.flatMap((message: unknown, index) => unwrap(message, source[index]));
}

/** Returns the jobs in one message. @param source - has the same shape as the value. */
function unwrap(value: unknown, source: unknown): readonly DecodedJob[] {
  if (!isEnvelope(value) || !isEnvelope(source)) return [{ value, source, at: "" }];
  const [jobs, sources] = [value.payload, source.payload];
  if (!Array.isArray(jobs) || !Array.isArray(sources)) {
    return [{ value: jobs, source: sources, at: "/payload" }];
  }
  return jobs.map((job: unknown, index) => ({ value: job, source: sources[index], at: `/payload/${index}` }));
}

/** Returns whether a message is an envelope. A job cannot be mistaken for one, because the schema allows neither member in a job. */
function isEnvelope(message: unknown): message is { readonly payload: object; readonly _meta: object } {
  if (!isJsonObject(message) || Object.keys(message).length !== 2) return false;
  const { payload, _meta } = message;
  return (isJsonObject(payload) || Array.isArray(payload)) && isJsonObject(_meta);
}
