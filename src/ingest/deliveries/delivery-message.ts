import { type Delivery, originOf } from "../../domain/delivery.ts";
import type { ReadMessage } from "../../judge/judge-delivery.ts";
import type { Message } from "../progress/message.ts";
import { suspectKey } from "./suspect-key.ts";

/** Decodes a delivery, and judges its jobs one by one when asked to: pure. */
export type ReadDelivery = (delivery: Delivery) => ReadMessage;

/**
 * Returns a delivery as a message of the write path.
 *
 * @param isSuspect - whether it may have killed a worker: it was redelivered, or was in progress in a spool.
 */
export function deliveryMessage(delivery: Delivery, read: ReadDelivery, isSuspect: boolean): Message {
  return {
    origin: originOf(delivery),
    receivedAtMs: delivery.receivedAtMs,
    raw: delivery,
    read: () => read(delivery),
    suspectKey: isSuspect ? suspectKey(delivery) : null,
    spoolable: delivery,
  };
}
