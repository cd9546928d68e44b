import type { Log } from "../../log.ts";
import type { DeclaredQueue } from "./declare-queue.ts";

const hints = {
  queue:
    "it was deleted, and is made anew, empty: what waited in it and what was published meanwhile is gone. Publishers may publish again what they have sent since last_empty_at, when nothing waited in it",
  inHand:
    "their queue was deleted while they were in hand, and until the end neither store nor spool has taken them: nobody else has them. Publishers may publish again what they have sent since last_empty_at, when nothing waited in it",
} as const;

/** What is known of a queue over all channels that it was consumed on: gaps, and what was lost in them. */
export class QueueHistory {
  readonly #log: Log;
  /** On both clocks: the source was opened, or consuming ended. */
  #since: { readonly atMs: number; readonly ended: Date | null } = { atMs: performance.now(), ended: null };
  #lastDelivery: Date | null = null;
  /** When the queue last held nothing, by what the broker said: what it loses was published since. */
  #lastEmpty: Date | null = null;
  #consumedTimes = 0;
  /** The queue that was consumed from last; another user has another one. */
  #consumed: string | null = null;
  /** The queue that was made anew, and when; null: none since consuming began, or that has been told. */
  #made: { readonly queue: string; readonly at: Date } | null = null;
  #queuesLost = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** How often it was consumed again after a loss. */
  get reconnects(): number {
    return Math.max(0, this.#consumedTimes - 1);
  }

  /** How often it had to be made anew. */
  get queuesLost(): number {
    return this.#queuesLost;
  }

  /** How long ago consuming ended or, before the first time, the source was opened, in milliseconds. */
  get endedMs(): number {
    return performance.now() - this.#since.atMs;
  }

  delivered(at: Date): void {
    this.#lastDelivery = at;
  }

  foundEmpty(at: Date): void {
    this.#lastEmpty = at;
  }

  consumingEnded(): void {
    this.#since = { atMs: performance.now(), ended: new Date() };
  }

  /**
   * @returns `madeAt`: since when the queue is new, where it is; also where an earlier try made it and got no further.
   *   `isGone`: the one that was consumed from is gone.
   */
  declared(
    { queue, isNew }: DeclaredQueue,
    at: Date,
  ): { readonly madeAt: Date | null; readonly isGone: boolean } {
    if (isNew) this.#made = { queue, at };
    else if (this.#made?.queue !== queue) this.#made = null;
    return { madeAt: this.#made?.at ?? null, isGone: isNew && queue === this.#consumed };
  }

  /**
   * Tells that it is consumed from, and whether it was lost.
   *
   * @param known.wasKnown - somebody has consumed from a queue of this name before.
   * @param known.isPrivate - nobody misses what it loses.
   * @param known.inHand - deliveries of earlier channels that are in work.
   */
  consuming(
    { queue, messages }: DeclaredQueue,
    declaredAt: Date,
    known: {
      readonly wasKnown: boolean;
      readonly isPrivate: boolean;
      readonly inHand: number;
      readonly bindings: number;
    },
  ): void {
    const { ended } = this.#since;
    const gap = ended === null ? {} : { gap_ms: Math.round(this.endedMs) };
    const isNew = this.#made !== null;
    if (isNew && !known.isPrivate && (queue === this.#consumed || known.wasKnown)) {
      this.#queuesLost++;
      this.#log.error("queue_lost", {
        queue,
        ...gap,
        in_hand: known.inHand,
        consumed_until: ended?.toISOString() ?? null,
        last_delivery_at: this.#lastDelivery?.toISOString() ?? null,
        last_empty_at: this.#lastEmpty?.toISOString() ?? null,
        hint: hints.queue,
      });
    }
    this.#made = null;
    this.#consumedTimes++;
    this.#consumed = queue;
    if (messages === 0) this.foundEmpty(declaredAt);
    const { bindings } = known;
    this.#log.info("consuming", { queue, queue_messages: messages, queue_is_new: isNew, bindings, ...gap });
  }

  /** Tells at the end what a queue that is gone had delivered, and neither store nor spool has taken. */
  deliveriesLost(deliveries: number): void {
    if (deliveries === 0) return;
    const last_empty_at = this.#lastEmpty?.toISOString() ?? null;
    this.#log.error("deliveries_lost", { deliveries, last_empty_at, hint: hints.inHand });
  }
}
