import { isJsonObject } from "../domain/text/json-object.ts";
import type { ParsedSource } from "../domain/text/source-json.ts";

/** One job message of a body. */
export interface DecodedJob {
  /** To be kept: numbers as the publisher wrote them. */
  readonly source: unknown;
  /** To be judged: numbers as JavaScript reads them. The same object where that makes no difference. */
  readonly value: unknown;
  /**
   * JSON pointer from the message to the job: `""`, or `/payload` or `/payload/3` within an envelope. An item of a plain
   * array is a message of its own, so its pointer is `""` too.
   */
  readonly at: string;
}

/**
 * Returns the job messages of a body: the body itself, or each item of an array. A message that is wrapped as the
 * library MozillaPulse does it, `{"payload": ..., "_meta": {...}}`, stands for its payload, which may be an array of jobs.
 */
export function unwrapJobs({ value, source }: ParsedSource): readonly DecodedJob[] {
  if (!Array.isArray(value) || !Array.isArray(source)) return unwrap(value, source);
  return value.flatMap((message: unknown, index) => unwrap(message, source[index]));
}

/** @param source - of the same shape as the value. */
function unwrap(value: unknown, source: unknown): readonly DecodedJob[] {
  if (!isEnvelope(value) || !isEnvelope(source)) return [{ value, source, at: "" }];
  const [jobs, sources] = [value.payload, source.payload];
  if (!Array.isArray(jobs) || !Array.isArray(sources)) {
    return [{ value: jobs, source: sources, at: "/payload" }];
  }
  return jobs.map((job: unknown, index) => ({ value: job, source: sources[index], at: `/payload/${index}` }));
}

/** No job can be taken for an envelope: the schema allows a job neither of the two members. */
function isEnvelope(message: unknown): message is { readonly payload: object; readonly _meta: object } {
  if (!isJsonObject(message) || Object.keys(message).length !== 2) return false;
  const { payload, _meta } = message;
  return (isJsonObject(payload) || Array.isArray(payload)) && isJsonObject(_meta);
}
