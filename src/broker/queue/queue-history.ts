import type { Log } from "../../log.ts";
import type { DeclaredQueue } from "./declare-queue.ts";

const hints = {
  queue:
    "the queue was deleted and has been declared again, empty: the messages in it, and those published until now, are lost. Publishers may publish again what they have sent since last_empty_at, when the queue was empty",
  inHand:
    "their queue was deleted while these deliveries were in progress, and the worker ended before the store or the spool had accepted them, so they are lost. Publishers may publish again what they have sent since last_empty_at, when the queue was empty",
  limited:
    "the broker drops a message that has been returned too often, 20 times by default, for example because connections were lost. Set delivery-limit to -1 for this queue in a policy, unless one does so already, or drain the queue and set another QUEUE_NAME",
} as const;

/** The history of a queue over all channels on which it was consumed: the gaps in consuming, and the losses in them. */
export class QueueHistory {
  readonly #log: Log;
  /** When the source was opened or consuming ended, on the monotonic clock; if it ended, also on the system clock. */
  #since: { readonly atMs: number; readonly ended: Date | null } = { atMs: performance.now(), ended: null };
  #lastDelivery: Date | null = null;
  /** When the broker last reported the queue as empty. All messages in a lost queue were published after that. */
  #lastEmpty: Date | null = null;
  #consumedTimes = 0;
  /** The name of the queue that was consumed last. It differs if the broker's user has changed. */
  #consumed: string | null = null;
  /** The queue that was created since consuming last started, with the time; null if none was. */
  #made: { readonly queue: string; readonly at: Date } | null = null;
  #queuesLost = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** How often consuming was resumed after a loss. */
  get reconnects(): number {
    return Math.max(0, this.#consumedTimes - 1);
  }

  /** How often the queue was gone and had to be declared again. */
  get queuesLost(): number {
    return this.#queuesLost;
  }

  /** The time since consuming ended, or since the source was opened if it has never consumed, in milliseconds. */
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
   * Records that the queue was declared.
   *
   * @returns `madeAt`: when the queue was created, if it is new. An earlier attempt that failed afterwards may have created it.
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
   * Logs that the queue is being consumed, and whether it was lost before that.
   *
   * @param known.wasKnown - whether a queue with this name was consumed before.
   * @param known.isPrivate - whether only this worker reads the queue, so that its loss need not be reported.
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

  /** Logs, when the worker ends, how many deliveries of a deleted queue are in neither the store nor the spool. */
  deliveriesLost(deliveries: number): void {
    if (deliveries === 0) return;
    const last_empty_at = this.#lastEmpty?.toISOString() ?? null;
    this.#log.error("deliveries_lost", { deliveries, last_empty_at, hint: hints.inHand });
  }
}
