import type { Channel } from "amqplib";
import type { Settlement } from "../../domain/delivery.ts";
import { pause } from "../../timing/pause.ts";
import { AckWindow, type Settling } from "./ack-window.ts";
import { taggedMessage } from "./tagged-message.ts";

/** After this long without a delivery, it is assumed that none is on its way. */
const QUIET_MS = 100;
/** How long settlements are held back at most. */
const MOST_HELD_MS = 500;

/**
 * Sends the settlements of one channel, in as few acknowledgements as their order allows. Delivery tags belong to their
 * channel: once it has ended, nothing is sent any more, neither here nor on the next channel.
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

  /** How many deliveries the broker has not heard of; the prefetch bounds them. */
  get size(): number {
    return this.#window.size;
  }

  /** How long the oldest of them has been here, in milliseconds; 0 if there is none. */
  oldestMs(): number {
    return this.#window.oldestMs(performance.now());
  }

  /** Returns whether the broker has not heard of a delivery up to this tag. */
  holdsUpTo(tag: number): boolean {
    return this.#window.holdsUpTo(tag);
  }

  delivered(tag: number): void {
    this.#window.delivered(tag, performance.now());
  }

  /**
   * Notes how a delivery ended, and sends that soon. The deliveries of a batch settle one after the other in the same
   * turn of the event loop: once all of them have, one acknowledgement covers them.
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
   * Holds settlements back until `sendNow` is called, and resolves once no delivery is under way: all that the broker may deliver
   * have come, or none has come for a while.
   */
  async holdBack(prefetch: number): Promise<void> {
    this.#isHeldBack = true;
    const endMs = performance.now() + MOST_HELD_MS;
    for (let before = -1; this.size < prefetch && this.size !== before && performance.now() < endMs; ) {
      before = this.size;
      await pause(QUIET_MS);
    }
  }

  /** Sends what can be sent. */
  sendNow(): void {
    this.#isHeldBack = false;
    this.#sendSettled();
  }

  #sendSettled(): void {
    this.#isSendingSoon = false;
    if (this.#isEnded || this.#isHeldBack) return;
    for (const settling of this.#window.take(performance.now())) this.#send(settling);
  }

  /** The channel is lost, or about to be closed. */
  end(): void {
    this.#isEnded = true;
  }

  #send(settling: Settling): void {
    const message = taggedMessage(settling.tag);
    if (settling.kind === "nack") this.#channel.nack(message, false, true);
    else this.#channel.ack(message, settling.multiple);
  }
}
