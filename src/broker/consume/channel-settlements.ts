import type { Channel } from "amqplib";
import type { Settlement } from "../../domain/delivery.ts";
import { pause } from "../../timing/pause.ts";
import { AckWindow, type Settling } from "./ack-window.ts";
import { taggedMessage } from "./tagged-message.ts";

/** If no delivery arrives for this long, it is assumed that none is on its way. */
const QUIET_MS = 100;
/** The longest time that settlements are held back. */
const MOST_HELD_MS = 500;

/**
 * Sends the settlements of one channel, in as few acknowledgements as their order allows. Delivery tags are valid only on
 * their own channel, so nothing more is sent once it has ended, neither on this channel nor on the next one.
 */
export class ChannelSettlements {
  readonly #channel: Pick<Channel, "ack" | "nack">;
  readonly #onBug: (error: unknown) => void;
  readonly #window = new AckWindow();
  #isEnded = false;
  #isSendingSoon = false;
  #isHeldBack = false;

  constructor(channel: Pick<Channel, "ack" | "nack">, onBug: (error: unknown) => void) {
    this.#channel = channel;
    this.#onBug = onBug;
  }

  /** See {@link AckWindow.size}. */
  get size(): number {
    return this.#window.size;
  }

  /** The age of the oldest unsettled delivery, in milliseconds; 0 if there is none. */
  oldestMs(): number {
    return this.#window.oldestMs(performance.now());
  }

  /** Returns whether any delivery up to this tag is not settled at the broker. */
  holdsUpTo(tag: number): boolean {
    return this.#window.holdsUpTo(tag);
  }

  delivered(tag: number): void {
    this.#window.delivered(tag, performance.now());
  }

  /**
   * Records the settlement of a delivery, and sends it soon. The deliveries of a batch are settled one after the other in the
   * same turn of the event loop, so one acknowledgement can then cover all of them.
   */
  settled(tag: number, settlement: Settlement): void {
    if (this.#isEnded) return;
    this.#window.settled(tag, settlement);
    if (this.#isSendingSoon) return;
    this.#isSendingSoon = true;
    Promise.resolve()
      .then(() => this.#sendSettled())
      .catch(this.#onBug);
  }

  /**
   * Holds settlements back until `sendNow` is called. Resolves once no delivery is on its way: either as many as the prefetch
   * allows have arrived, or none has arrived for a while.
   */
  async holdBack(prefetch: number): Promise<void> {
    this.#isHeldBack = true;
    const endMs = performance.now() + MOST_HELD_MS;
    for (let before = -1; this.size < prefetch && this.size !== before && performance.now() < endMs; ) {
      before = this.size;
      await pause(QUIET_MS);
    }
  }

  /** Sends the settlements that are due, and no longer holds them back. */
  sendNow(): void {
    this.#isHeldBack = false;
    this.#sendSettled();
  }

  #sendSettled(): void {
    this.#isSendingSoon = false;
    if (this.#isEnded || this.#isHeldBack) return;
    for (const settling of this.#window.take(performance.now())) this.#send(settling);
  }

  /** Stops sending. Call it when the channel is lost or about to be closed. */
  end(): void {
    this.#isEnded = true;
  }

  #send(settling: Settling): void {
    const message = taggedMessage(settling.tag);
    if (settling.kind === "nack") this.#channel.nack(message, false, true);
    else this.#channel.ack(message, settling.multiple);
  }
}
