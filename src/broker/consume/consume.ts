import type { Channel, Message, MessageProperties } from "amqplib";
import type { Delivery, Settlement } from "../../domain/delivery.ts";
import type { Log } from "../../log.ts";
import type { DeliveryHandler } from "../message-source.ts";
import { AckWindow, type Settling } from "./ack-window.ts";
import { type Received, toDelivery } from "./to-delivery.ts";

/**
 * A consumer on one channel. Its settlements go to that channel or, once that is lost, nowhere: the broker delivers anew
 * what it has not heard of. But not with a queue that is gone: what was delivered from that is nowhere but here.
 */
export interface Consumer {
  /** Resolves with the reason when the broker cancels the consumer, e.g. because the queue was deleted. */
  readonly cancelled: Promise<string>;
  /** Deliveries that the broker has not heard of; what the prefetch bounds. */
  unsettled(): number;
  /** How long the oldest of them has been here, in milliseconds; 0: there is none. */
  oldestMs(): number;
  /** Deliveries that the handler has not answered yet; also of a channel that is lost. */
  inWork(): number;
  /**
   * The queue that it consumed is gone: what would be handed back is handled again here, as redelivered. Known by itself
   * where the broker cancels the consumer for it.
   */
  queueGone(): void;
  /** Deliveries of a queue that is gone that were handed back at the end, and so are lost. */
  lost(): number;
  /** Ends the deliveries; what arrives meanwhile is handed back. */
  cancel(): Promise<void>;
  /** Closes the channel, after all that was sent on it. */
  close(): Promise<void>;
}

export interface ConsumeOptions {
  readonly maxBodyBytes: number;
  readonly handler: DeliveryHandler;
  /** Told when a delivery cannot be read, while it is at hand; the consumer takes nothing more then. */
  readonly unreadable: (error: unknown) => void;
  /** Deliveries do not come through the driver but from here; it is given what takes them. */
  readonly source?: (take: (message: Received) => void) => void;
  /** The end was asked for: nothing is handled again. */
  readonly isEnding: () => boolean;
  readonly log: Log;
}

const NO_PROPERTIES: MessageProperties = {
  contentType: undefined,
  contentEncoding: undefined,
  headers: undefined,
  deliveryMode: undefined,
  priority: undefined,
  correlationId: undefined,
  replyTo: undefined,
  expiration: undefined,
  messageId: undefined,
  timestamp: undefined,
  type: undefined,
  userId: undefined,
  appId: undefined,
  clusterId: undefined,
};

/** What the driver needs to settle a message. Body and headers are left out: they may be large, and many are held. */
export function settleable({ fields }: Pick<Received, "fields">): Message {
  return { fields, properties: NO_PROPERTIES, content: Buffer.alloc(0) };
}

/** Consumes the queue: each delivery to the handler, each settlement back, in as few acknowledgements as allowed. */
export async function consume(channel: Channel, queue: string, options: ConsumeOptions): Promise<Consumer> {
  const { maxBodyBytes, handler, unreadable, source, isEnding, log } = options;
  const window = new AckWindow();
  const messages = new Map<number, Message>();
  let inWork = 0;
  /** Neither lost nor about to be closed: in between the driver takes nothing more. */
  let isOpen = true;
  let isCancelling = false;
  let isQueueGone = false;
  let isSendingSoon = false;
  /** Handed back when the channel could not be told. */
  let handedBack: Delivery[] = [];
  let cancelledByBroker: (reason: string) => void;
  const cancelled = new Promise<string>((resolve) => {
    cancelledByBroker = resolve;
  });
  channel.once("close", () => {
    isOpen = false;
    messages.clear();
  });

  function onMessage(message: Received | null): void {
    if (message === null) {
      isOpen = false;
      queueGone();
      cancelledByBroker("the broker cancelled the consumer: the queue was deleted, or moved");
      return;
    }
    if (isCancelling) {
      channel.nack(settleable(message), false, true);
      return;
    }
    const { deliveryTag } = message.fields;
    const delivery = readDelivery(message);
    if (delivery === null) return;
    window.delivered(deliveryTag, performance.now());
    messages.set(deliveryTag, settleable(message));
    handle(delivery, (settlement) => {
      window.settled(deliveryTag, settlement);
      sendSoon();
    });
  }

  function readDelivery(message: Received): Delivery | null {
    try {
      return toDelivery(message, maxBodyBytes, Date.now());
    } catch (error) {
      isOpen = false;
      unreadable(error);
      return null;
    }
  }

  function handle(delivery: Delivery, settle: (settlement: Settlement) => void): void {
    inWork++;
    handler(delivery)
      .then((settlement) => {
        inWork--;
        if (settlement === "requeue" && (isQueueGone || !isOpen)) handedBack.push(delivery);
        if (isOpen) settle(settlement);
        handleAgain();
      })
      .catch(tellBug);
  }

  function queueGone(): void {
    isQueueGone = true;
    handleAgain();
  }

  /** What the broker would have delivered again, if it still had the queue. */
  function handleAgain(): void {
    if (!isQueueGone || isEnding()) return;
    const again = handedBack;
    handedBack = [];
    for (const delivery of again) handle({ ...delivery, redelivered: true }, () => undefined);
  }

  /** The deliveries of a batch settle one after the other: once all of them have, one acknowledgement covers them. */
  function sendSoon(): void {
    if (isSendingSoon) return;
    isSendingSoon = true;
    Promise.resolve().then(sendAll).catch(tellBug);
  }

  function sendAll(): void {
    isSendingSoon = false;
    if (isOpen) for (const settling of window.take(performance.now())) send(settling);
  }

  function tellBug(error: unknown): void {
    log.error("bug", { what: "settling", error });
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

  source?.(onMessage);
  const { consumerTag } = await channel.consume(queue, onMessage);
  return {
    cancelled,
    unsettled: () => window.size,
    oldestMs: () => window.oldestMs(performance.now()),
    inWork: () => inWork,
    queueGone,
    lost: () => (isQueueGone ? handedBack.length : 0),
    async cancel() {
      isCancelling = true;
      if (isOpen) await channel.cancel(consumerTag).catch(lostAtEnd);
    },
    async close() {
      sendAll();
      if (!isOpen) return;
      isOpen = false;
      await channel.close().catch(lostAtEnd);
    },
  };

  function lostAtEnd(error: unknown): void {
    // Lost on the way: what was not settled is delivered again.
    log.warn("channel_lost_at_end", { error: error instanceof Error ? error.message : String(error) });
  }
}
