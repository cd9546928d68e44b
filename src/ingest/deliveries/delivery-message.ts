import { type Delivery, originOf } from "../../domain/delivery.ts";
import { refusedWhole } from "../../judge/judge-delivery.ts";
import type { ReadMessage } from "../../judge/verdict.ts";
import type { Message } from "../progress/message.ts";
import { suspectKey } from "./suspect-key.ts";

/** Decodes a delivery. Its jobs are judged one by one, on request. Pure. */
export type ReadDelivery = (delivery: Delivery) => ReadMessage;

/**
 * Returns a delivery as a message of the write path.
 *
 * @param isSuspect - whether it may have killed a worker, because it was redelivered, or was being read from a spool.
 */
export function deliveryMessage(delivery: Delivery, read: ReadDelivery, isSuspect: boolean): Message {
  const { unreadable } = delivery;
  if (unreadable !== undefined) {
    const fault = { reason: "unreadable-delivery", queue: unreadable.queue } as const;
    // It is not spooled, because the spool does not keep the reason for a rejection. The broker delivers it again.
    return toMessage(delivery, () => refusedWhole(fault), null, null);
  }
  return toMessage(delivery, () => read(delivery), isSuspect ? suspectKey(delivery) : null, delivery);
}

function toMessage(
  delivery: Delivery,
  read: Message["read"],
  suspectKey: string | null,
  spoolable: Delivery | null,
): Message {
  const { receivedAtMs } = delivery;
  const origin = originOf(delivery);
  return { origin, receivedAtMs, raw: delivery, read, suspectKey, spoolable, waitsForStore: true };
}
