import { rawBodyOf, type StoredRejection } from "../domain/rejection.ts";
import { type JudgeOptions, type ReadMessage, readDelivery, readJob } from "./judge-delivery.ts";

/**
 * Reads what a rejection kept as the worker would read it now: the raw bytes of a message, or a single job of one. Pure.
 *
 * @throws RangeError for a rejection from REST, which is judged by other rules.
 */
export function readRejection(rejection: StoredRejection, options: JudgeOptions): ReadMessage {
  if (rejection.origin === "rest")
    throw new RangeError("a rejection from REST is not judged as a Pulse message");
  const { exchange, payload } = rejection;
  if (payload.encoding === "json") return readJob(payload.content, exchange, options);
  return readDelivery({ exchange, ...rawBodyOf(payload) }, options);
}
