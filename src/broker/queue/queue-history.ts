import type { Log } from "../../log.ts";
import type { DeclaredQueue } from "./declare-queue.ts";

const hints = {
  queue:
    "the queue was deleted and has been declared again, empty: the messages that waited in it, and those published meanwhile, are lost. Publishers may publish again what they have sent since last_empty_at, when nothing waited in it",
  inHand:
    "their queue was deleted while they were in progress, and neither the store nor the spool took them before the worker ended, so that they are lost. Publishers may publish again what they have sent since last_empty_at, when nothing waited in it",
  limited:
    "the broker drops a message that has come back too often, 20 times by default, e.g. because connections were lost. Let a policy set delivery-limit to -1 for this queue, if none does already, or let it run empty and set another QUEUE_NAME",
} as const;

/** What has happened to a queue over all channels on which it was consumed: gaps, and what was lost in them. */
export class QueueHistory {
  readonly #log: Log;
  /** When the source was opened or consuming ended, on the monotonic clock and, if it ended, on the system's clock. */
  #since: { readonly atMs: number; readonly ended: Date | null } = { atMs: performance.now(), ended: null };
  #lastDelivery: Date | null = null;
  /** When the broker last said that the queue was empty. Whatever a lost queue held was published after that. */
  #lastEmpty: Date | null = null;
  #consumedTimes = 0;
  /** The queue that was consumed last. A change of the user changes it. */
  #consumed: string | null = null;
  /** The queue that was created since consuming last began, and when; null if none was. */
  #made: { readonly queue: string; readonly at: Date } | null = null;
  #queuesLost = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** How often it was consumed again after a loss. */
  get reconnects(): number {
    return Math.max(0, this.#consumedTimes - 1);
  }

  /** How often it was gone and had to be declared again. */
  get queuesLost(): number {
    return this.#queuesLost;
  }

  /** How long ago consuming ended, in milliseconds; before the first time, how long ago the source was opened. */
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
   * Notes that the queue was declared.
   *
   * @returns `madeAt`: when the queue was created, if it is new; an earlier attempt that then failed may have created it.
   *   `isGone`: whether the queue that was consumed before is gone.
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
   * Reports that the queue is consumed, and whether it was lost before that.
   *
   * @param known.wasKnown - whether a queue of this name was consumed before.
   * @param known.isPrivate - whether this worker alone reads it, so that a loss need not be reported.
   * @param known.inHand - how many deliveries of earlier channels are in progress.
   */
  consuming(
    { queue, messages, isLimited }: DeclaredQueue,
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
    if (isLimited) this.#log.warn("queue_limits_deliveries", { queue, hint: hints.limited });
    const { bindings } = known;
    this.#log.info("consuming", { queue, queue_messages: messages, queue_is_new: isNew, bindings, ...gap });
  }

  /** Reports, when the worker ends, how many deliveries of a queue that is gone are in neither the store nor the spool. */
  deliveriesLost(deliveries: number): void {
    if (deliveries === 0) return;
    const last_empty_at = this.#lastEmpty?.toISOString() ?? null;
    this.#log.error("deliveries_lost", { deliveries, last_empty_at, hint: hints.inHand });
  }
}
