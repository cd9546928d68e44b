import type { Channel } from "amqplib";
import type { Delivery, Settlement } from "../../domain/delivery.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../timing/pause.ts";
import type { DeliveryHandler } from "../message-source.ts";
import { ChannelSettlements } from "./channel-settlements.ts";
import type { PrefetchWindow } from "./prefetch-window.ts";
import { taggedMessage } from "./tagged-message.ts";
import { type Received, toDelivery } from "./to-delivery.ts";

/** The part of a channel that a consumer uses. */
export type ConsumedChannel = Pick<Channel, "consume" | "cancel" | "prefetch" | "ack" | "nack" | "close"> & {
  once(event: "close", listener: () => void): unknown;
};

export interface ConsumeOptions {
  readonly maxBodyBytes: number;
  readonly handler: DeliveryHandler;
  /** Decides how many deliveries may be unsettled. */
  readonly window: PrefetchWindow;
  /** Called when a delivery cannot be read, while the driver is handling it. After that, the consumer accepts no more deliveries. */
  readonly unreadable: (error: unknown) => void;
  /** If given, deliveries come from this source instead of the driver. It is called with the function that accepts them. */
  readonly source?: (take: (message: Received) => void) => void;
  /** Whether the worker has been asked to end. From then on, no delivery is handled again. */
  readonly isEnding: () => boolean;
  readonly log: Log;
}

/** Consumes a queue: passes each delivery to the handler, and sends its settlement to the broker. */
export async function consume(
  channel: ConsumedChannel,
  queue: string,
  options: ConsumeOptions,
): Promise<Consumer> {
  const consumer = new Consumer(channel, options);
  await consumer.start(queue);
  return consumer;
}

/** How often to check whether the deliveries of a former consumer are settled, in milliseconds. */
const LOOK_MS = 10;

/**
 * A consumer on one channel. It goes through these states in this order, and may skip the second one.
 *
 * - `consuming`: deliveries go to the handler, and their settlements are sent on the channel.
 * - `cancelling`, after `cancel`: settlements are still sent. Deliveries that arrive are returned to the queue.
 * - `closed`: the channel is lost, or is about to be closed because a delivery cannot be read, the broker has cancelled the
 *   consumer, or the worker ends. Deliveries are ignored, and settlements are no longer sent, although the handler may still be
 *   working. The broker delivers unsettled messages again.
 *
 * The queue of a closed consumer may also have been deleted. The broker then no longer has the deliveries that the handler
 * returns, so they are handled again here, as redelivered, until the worker is asked to end. After that, they are lost.
 */
export class Consumer {
  /** Resolves with the reason when the broker cancels the consumer, for example because the queue was deleted. */
  readonly cancelled: Promise<string>;
  readonly #channel: ConsumedChannel;
  readonly #options: ConsumeOptions;
  readonly #settlements: ChannelSettlements;
  #state: "consuming" | "cancelling" | "closed" = "consuming";
  #queue = "";
  #consumerTag = "";
  /** The prefetch of the current consumer. */
  #prefetch = 0;
  /** The tag of the last delivery on the channel. */
  #lastTag = 0;
  /** Resolves when the last change of the window is complete. */
  #changing = Promise.resolve();
  #isQueueGone = false;
  #inWork = 0;
  /** Deliveries that the handler returned after the channel was closed. */
  #handedBack: Delivery[] = [];
  #resolveCancelled: (reason: string) => void = () => undefined;

  constructor(channel: ConsumedChannel, options: ConsumeOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#settlements = new ChannelSettlements(channel, this.#logBug);
    this.cancelled = new Promise((resolve) => {
      this.#resolveCancelled = resolve;
    });
    channel.once("close", () => this.#closed());
  }

  /** Starts consuming. Call it only once. */
  async start(queue: string): Promise<void> {
    this.#queue = queue;
    this.#options.source?.(this.#take);
    this.#consumerTag = await this.#consume(this.#options.window.messages);
  }

  /** Starts a consumer. A prefetch applies only to consumers that are started after it is set. */
  async #consume(prefetch: number): Promise<string> {
    await this.#channel.prefetch(prefetch);
    this.#prefetch = prefetch;
    const { consumerTag } = await this.#channel.consume(this.#queue, this.#take);
    return consumerTag;
  }

  /**
   * Replaces the consumer with one that has another prefetch. The deliveries of the former consumer are settled as usual. Until all
   * of them are, a temporary consumer with a prefetch of 1 is used. This way the total never exceeds the limit, and a private queue,
   * which is deleted with its last consumer, always has a consumer.
   */
  async #changeWindow(): Promise<void> {
    if (this.#state !== "consuming") return;
    const { log, window } = this.#options;
    log.info("prefetch_changed", { queue: this.#queue, deliveries: window.messages });
    await this.#replace(1);
    const lastOfFormer = this.#lastTag;
    while (this.#state === "consuming" && this.#settlements.holdsUpTo(lastOfFormer)) await pause(LOOK_MS);
    if (this.#state !== "consuming") return;
    // The temporary consumer may hold one more delivery.
    await this.#replace(Math.max(1, Math.min(window.messages, window.maxMessages - 1)));
  }

  /**
   * Starts a new consumer, then cancels the former one. No delivery may be on its way to the former consumer at that time, because a
   * quorum queue takes such a delivery back and delivers it late.
   */
  async #replace(prefetch: number): Promise<void> {
    const former = this.#consumerTag;
    try {
      await this.#settlements.holdBack(this.#prefetch);
      this.#consumerTag = await this.#consume(prefetch);
      await this.#channel.cancel(former);
    } finally {
      this.#settlements.sendNow();
    }
  }

  /** The number of deliveries that are not settled at the broker. */
  unsettled(): number {
    return this.#settlements.size;
  }

  /** The age of the oldest unsettled delivery, in milliseconds; 0 if there is none. */
  oldestMs(): number {
    return this.#settlements.oldestMs();
  }

  /** The number of deliveries in progress in the handler, whether or not the channel is lost. */
  inWork(): number {
    return this.#inWork;
  }

  /** Notifies a closed consumer that its queue is gone. A consumer that the broker has cancelled already knows. */
  queueGone(): void {
    this.#isQueueGone = true;
    this.#handleAgain();
  }

  /** The number of lost deliveries: the handler returned them at the end, and their queue is gone. */
  lost(): number {
    return this.#isQueueGone ? this.#handedBack.length : 0;
  }

  /** Cancels the consumer. Deliveries that still arrive are returned to the queue. */
  async cancel(): Promise<void> {
    if (this.#state !== "consuming") return;
    this.#state = "cancelling";
    await this.#changing;
    await this.#channel.cancel(this.#consumerTag).catch(this.#lostAtEnd);
  }

  /** Sends the settlements that are due, then closes the channel. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#settlements.sendNow();
    this.#closed();
    await this.#channel.close().catch(this.#lostAtEnd);
  }

  #closed(): void {
    this.#state = "closed";
    this.#settlements.end();
  }

  /** Accepts a message, or null when the broker has cancelled the consumer. */
  readonly #take = (message: Received | null): void => {
    if (message === null) {
      this.#closed();
      this.queueGone();
      this.#resolveCancelled("the broker cancelled the consumer: the queue was deleted, or moved");
      return;
    }
    if (this.#state === "closed") return;
    const { deliveryTag } = message.fields;
    if (this.#state === "cancelling") {
      this.#channel.nack(taggedMessage(deliveryTag), false, true);
      return;
    }
    const delivery = this.#read(message);
    if (delivery === null) return;
    this.#settlements.delivered(deliveryTag);
    this.#lastTag = deliveryTag;
    if (this.#options.window.arrived(delivery.body.length)) {
      // If the channel is lost before the change is complete, the next channel starts with this window.
      this.#changing = this.#changing.then(() => this.#changeWindow()).catch(() => undefined);
    }
    this.#handle(delivery, (settlement) => this.#settlements.settled(deliveryTag, settlement));
  };

  #read(message: Received): Delivery | null {
    try {
      return toDelivery(message, this.#options.maxBodyBytes, Date.now());
    } catch (error) {
      this.#closed();
      this.#options.unreadable(error);
      return null;
    }
  }

  #handle(delivery: Delivery, settle: (settlement: Settlement) => void): void {
    this.#inWork++;
    this.#options
      .handler(delivery)
      .then((settlement) => {
        this.#inWork--;
        if (this.#state !== "closed") {
          settle(settlement);
        } else if (settlement === "requeue") {
          this.#handedBack.push(delivery);
          this.#handleAgain();
        }
      })
      .catch(this.#logBug);
  }

  /** Handles the deliveries that the broker would have delivered again if the queue still existed. */
  #handleAgain(): void {
    if (!this.#isQueueGone || this.#options.isEnding()) return;
    const again = this.#handedBack;
    this.#handedBack = [];
    for (const delivery of again) this.#handle({ ...delivery, redelivered: true }, () => undefined);
  }

  readonly #logBug = (error: unknown): void => {
    this.#options.log.error("bug", { what: "settling", error });
  };

  /** Logs that the channel was lost at the end. The broker delivers unsettled messages again, so nothing is lost. */
  readonly #lostAtEnd = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.warn("channel_lost_at_end", { error: reason });
  };
}
