import { isJsonObject } from "../domain/json-object.ts";

/** One job message of a body. */
export interface DecodedJob {
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
export function unwrapJobs(body: unknown): readonly DecodedJob[] {
  return Array.isArray(body) ? body.flatMap(unwrap) : unwrap(body);
}

function unwrap(message: unknown): DecodedJob[] {
  if (!isEnvelope(message)) return [{ value: message, at: "" }];
  const { payload } = message;
  if (!Array.isArray(payload)) return [{ value: payload, at: "/payload" }];
  return payload.map((value, index) => ({ value, at: `/payload/${index}` }));
}

/** No job can be taken for an envelope: the schema allows a job neither of the two members. */
function isEnvelope(message: unknown): message is { readonly payload: object; readonly _meta: object } {
  if (!isJsonObject(message) || Object.keys(message).length !== 2) return false;
  const { payload, _meta } = message;
  return typeof payload === "object" && payload !== null && isJsonObject(_meta);
}
