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
  /** How many deliveries may be unsettled. */
  readonly window: PrefetchWindow;
  /** Called when a delivery cannot be read, while it is at hand. The consumer takes no more deliveries then. */
  readonly unreadable: (error: unknown) => void;
  /** If given, deliveries come from here and not through the driver. It gets the function that takes them. */
  readonly source?: (take: (message: Received) => void) => void;
  /** Whether the worker has been asked to end: from then on nothing is handled again. */
  readonly isEnding: () => boolean;
  readonly log: Log;
}

/** Consumes the queue: gives each delivery to the handler, and sends each settlement back. */
export async function consume(
  channel: ConsumedChannel,
  queue: string,
  options: ConsumeOptions,
): Promise<Consumer> {
  const consumer = new Consumer(channel, options);
  await consumer.start(queue);
  return consumer;
}

/** How often to look whether the deliveries of a former consumer are settled, in milliseconds. */
const LOOK_MS = 10;

/**
 * A consumer on one channel. It goes through these states, in this order; it may skip the second.
 *
 * - `consuming`: deliveries go to the handler, and its settlements go back on the channel.
 * - `cancelling`, since `cancel`: settlements still go back. Deliveries that arrive are returned to the queue.
 * - `closed`: the channel is lost, or about to be closed because a delivery cannot be read, the broker has cancelled the
 *   consumer, or the worker ends. Nothing is taken or sent any more, though the handler may still be at work. The broker
 *   delivers again what it has not heard of.
 *
 * The queue of a closed consumer may also be gone. The broker no longer has the deliveries that the handler hands back then,
 * so they are handled again here, as redelivered, until the worker is asked to end. What is handed back after that is lost.
 */
export class Consumer {
  /** Resolves with the reason when the broker cancels the consumer, e.g. because the queue was deleted. */
  readonly cancelled: Promise<string>;
  readonly #channel: ConsumedChannel;
  readonly #options: ConsumeOptions;
  readonly #settlements: ChannelSettlements;
  #state: "consuming" | "cancelling" | "closed" = "consuming";
  #queue = "";
  #consumerTag = "";
  /** That of the consumer that takes deliveries now. */
  #prefetch = 0;
  /** The tag of the last delivery on the channel. */
  #lastTag = 0;
  /** Resolves when the last change of the window is done. */
  #changing = Promise.resolve();
  #isQueueGone = false;
  #inWork = 0;
  /** Deliveries that were handed back after the channel was closed. */
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

  /** Begins to consume. To be called once. */
  async start(queue: string): Promise<void> {
    this.#queue = queue;
    this.#options.source?.(this.#take);
    this.#consumerTag = await this.#consume(this.#options.window.messages);
  }

  /** A prefetch holds for the consumers that begin after it. */
  async #consume(prefetch: number): Promise<string> {
    await this.#channel.prefetch(prefetch);
    this.#prefetch = prefetch;
    const { consumerTag } = await this.#channel.consume(this.#queue, this.#take);
    return consumerTag;
  }

  /**
   * Replaces the consumer by one with another prefetch. What the former one has delivered is settled as usual, and counts: until all
   * of it is, a consumer for one delivery at a time stands in. So no more are held than may ever be, and a private queue, which ends
   * with its last consumer, always has one.
   */
  async #changeWindow(): Promise<void> {
    if (this.#state !== "consuming") return;
    const { log, window } = this.#options;
    log.info("prefetch_changed", { queue: this.#queue, deliveries: window.messages });
    await this.#replace(1);
    const lastOfFormer = this.#lastTag;
    while (this.#state === "consuming" && this.#settlements.holdsUpTo(lastOfFormer)) await pause(LOOK_MS);
    if (this.#state !== "consuming") return;
    // The one that stands in may hold one more.
    await this.#replace(Math.max(1, Math.min(window.messages, window.maxMessages - 1)));
  }

  /** A quorum queue takes back what is under way to a cancelled consumer, and delivers it late. So nothing must be. */
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

  /** How many deliveries the broker has not heard of; the prefetch bounds them. */
  unsettled(): number {
    return this.#settlements.size;
  }

  /** How long the oldest of them has been here, in milliseconds; 0 if there is none. */
  oldestMs(): number {
    return this.#settlements.oldestMs();
  }

  /** How many deliveries the handler has not answered yet, whether the channel is lost or not. */
  inWork(): number {
    return this.#inWork;
  }

  /**
   * Tells a closed consumer that its queue is gone. If the broker cancelled the consumer, it knows that already.
   */
  queueGone(): void {
    this.#isQueueGone = true;
    this.#handleAgain();
  }

  /** How many deliveries are lost, because they were returned at the end and their queue is gone. */
  lost(): number {
    return this.#isQueueGone ? this.#handedBack.length : 0;
  }

  /** Ends the deliveries. Those that still arrive are returned to the queue. */
  async cancel(): Promise<void> {
    if (this.#state !== "consuming") return;
    this.#state = "cancelling";
    await this.#changing;
    await this.#channel.cancel(this.#consumerTag).catch(this.#lostAtEnd);
  }

  /** Sends what settlements there are, then closes the channel. */
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

  /** Takes a delivery; null when the broker has cancelled the consumer. */
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
    if (this.#options.window.came(delivery.body.length)) {
      // If the channel is lost meanwhile, the next one begins with this window.
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

  /** Handles what the broker would have delivered again, if it still had the queue. */
  #handleAgain(): void {
    if (!this.#isQueueGone || this.#options.isEnding()) return;
    const again = this.#handedBack;
    this.#handedBack = [];
    for (const delivery of again) this.#handle({ ...delivery, redelivered: true }, () => undefined);
  }

  readonly #logBug = (error: unknown): void => {
    this.#options.log.error("bug", { what: "settling", error });
  };

  /** Logs that the channel was lost at the end. The broker delivers again what was not settled, so nothing is lost. */
  readonly #lostAtEnd = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.warn("channel_lost_at_end", { error: reason });
  };
}
