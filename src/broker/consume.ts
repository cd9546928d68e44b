import type { Channel, ConsumeMessage } from "amqplib";
import { AckWindow, type Settling } from "../ack/ack-window.ts";
import type { Log } from "../log.ts";
import type { DeliveryHandler } from "./message-source.ts";
import { toDelivery } from "./to-delivery.ts";

/** A consumer on one channel. Its settlements go to that channel or, once that is lost, nowhere. */
export interface Consumer {
  /** Resolves with the reason when the broker cancels the consumer, e.g. because the queue was deleted. */
  readonly cancelled: Promise<string>;
  /** Deliveries that the broker has not heard of; what the prefetch bounds. */
  unsettled(): number;
  /** Deliveries that the handler has not answered yet; also of a channel that is lost. */
  inWork(): number;
  /** Ends the deliveries; what arrives meanwhile is handed back. */
  cancel(): Promise<void>;
  /** Closes the channel, after all that was sent on it. */
  close(): Promise<void>;
}

/** Consumes the queue: each delivery to the handler, each settlement back, in as few acknowledgements as allowed. */
export async function consume(
  channel: Channel,
  queue: string,
  maxBodyBytes: number,
  handler: DeliveryHandler,
  log: Log,
): Promise<Consumer> {
  const window = new AckWindow();
  const messages = new Map<number, ConsumeMessage>();
  let inWork = 0;
  let isOpen = true;
  let isCancelling = false;
  let cancelledByBroker: (reason: string) => void;
  const cancelled = new Promise<string>((resolve) => {
    cancelledByBroker = resolve;
  });
  channel.once("close", () => {
    isOpen = false;
    messages.clear();
  });

  function onMessage(message: ConsumeMessage | null): void {
    if (message === null) {
      cancelledByBroker("the broker cancelled the consumer: the queue was deleted, or moved");
      return;
    }
    if (isCancelling) {
      channel.nack(message, false, true);
      return;
    }
    const { deliveryTag } = message.fields;
    window.delivered(deliveryTag, performance.now());
    messages.set(deliveryTag, message);
    inWork++;
    handler(toDelivery(message, maxBodyBytes, Date.now()))
      .then((settlement) => {
        inWork--;
        // Of a channel that is gone: the broker delivers it again by itself.
        if (isOpen)
          for (const settling of window.settled(deliveryTag, settlement, performance.now())) send(settling);
      })
      .catch((error: unknown) => log.error("bug", { what: "settling", error }));
  }

  function send(settling: Settling): void {
    const message = messages.get(settling.tag);
    if (message === undefined) throw new Error(`delivery tag ${settling.tag} is not held`);
    if (settling.kind === "nack") channel.nack(message, false, true);
    else channel.ack(message, settling.multiple);
    forget(settling);
  }

  function forget(settling: Settling): void {
    if (settling.kind === "nack" || !settling.multiple) {
      messages.delete(settling.tag);
      return;
    }
    // Kept in the order of their tags: those before the one that was sent come first.
    for (const tag of messages.keys()) {
      if (tag > settling.tag) break;
      messages.delete(tag);
    }
  }

  const { consumerTag } = await channel.consume(queue, onMessage);
  return {
    cancelled,
    unsettled: () => window.size,
    inWork: () => inWork,
    async cancel() {
      isCancelling = true;
      if (isOpen) await channel.cancel(consumerTag).catch(lost);
    },
    async close() {
      if (isOpen) await channel.close().catch(lost);
    },
  };

  function lost(error: unknown): void {
    // Lost on the way: what was not settled is delivered again.
    log.warn("channel_lost_at_end", { error: error instanceof Error ? error.message : String(error) });
  }
}
