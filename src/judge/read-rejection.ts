import { collectionAt } from "../domain/collection.ts";
import { rawBodyOf, type StoredRejection } from "../domain/rejection.ts";
import { type JudgeOptions, readDelivery, readJob } from "./judge-delivery.ts";
import type { ItemRules } from "./judge-item.ts";
import { readItem } from "./read-collection.ts";
import type { ReadMessage } from "./verdict.ts";

/**
 * Reads what a rejection kept as the worker would read it now: the raw bytes of a message, a single job of one, or a posted item.
 * Pure. The list that an item was posted in is not known any more.
 *
 * @throws RangeError for a rejection from an endpoint that takes no collection.
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
