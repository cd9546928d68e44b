import { collectionAt } from "../domain/collection.ts";
import { rawBodyOf, type StoredRejection } from "../domain/rejection.ts";
import { type JudgeOptions, readDelivery, readJob } from "./judge-delivery.ts";
import type { ItemRules } from "./judge-item.ts";
import { readItem } from "./read-collection.ts";
import type { ReadMessage } from "./verdict.ts";

/**
 * Reads the payload of a rejection as the worker would read it now: the raw bytes of a message, a single job, or a posted item. Pure.
 * An item is read without the list in which it was posted, because the list is not kept.
 *
 * @throws RangeError if the rejection is from an endpoint that accepts no collection.
 */
export function readRejection(rejection: StoredRejection, options: JudgeOptions & ItemRules): ReadMessage {
  if (rejection.origin === "rest") {
    const collection = collectionAt(rejection.endpoint);
    if (collection === null) throw new RangeError(`no collection is posted to ${rejection.endpoint}`);
    return readItem(rawBodyOf(rejection.payload).body, collection, options);
  }
  const { exchange, payload } = rejection;
  if (payload.encoding === "json") return readJob(payload.content, exchange, options);
  return readDelivery({ exchange, ...rawBodyOf(payload) }, options);
}
