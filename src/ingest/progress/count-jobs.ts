import type { Outcome } from "../../domain/delivery.ts";
import type { FaultReason } from "../../domain/faults.ts";
import { exchangeSender, senderOf } from "../../domain/origin.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { Labelled } from "./exchange-labels.ts";
import type { Message } from "./message.ts";
import type { MessageProgress } from "./message-progress.ts";

/**
 * Counts jobs so that this equation holds: received = stored + unchanged + skipped + rejected + failed + in progress +
 * spooled. A message that has not been judged yet counts as one job. Its other jobs count as received when they are judged.
 */
export class JobCount {
  readonly #counters: Counters;
  readonly #labelOf: (sender: Labelled) => string;

  constructor(counters: Counters, labelOf: (sender: Labelled) => string) {
    this.#counters = counters;
    this.#labelOf = labelOf;
  }

  received({ message, counted }: MessageProgress): void {
    const exchange = this.#label(message);
    this.#counters.received.inc({ exchange }, counted);
    this.#counters.lastReceivedMs.set(exchange, message.receivedAtMs);
    this.#counters.inHand.inc(counted);
  }

  /** Counts deliveries that earlier workers left in the spool as received by this worker. */
  takenOver(left: readonly { readonly exchange: string; readonly deliveries: number }[]): void {
    // They arrived before this worker started; the exact time does not matter.
    const receivedAtMs = 0;
    for (const { exchange, deliveries } of left) {
      this.#counters.received.inc(
        { exchange: this.#labelOf({ sender: exchangeSender(exchange), receivedAtMs }) },
        deliveries,
      );
    }
  }

  /** Counts the jobs that have been judged since `before`. */
  judged(before: MessageProgress, after: MessageProgress): void {
    const more = after.counted - before.counted;
    if (more === 0) return;
    this.#counters.received.inc({ exchange: this.#label(after.message) }, more);
    this.#counters.inHand.inc(more);
  }

  /**
   * Counts messages that leave the write path. Outcomes are not counted earlier, because a message that is returned to the broker
   * arrives again.
   *
   * @param outcomesOf - returns the outcomes of a message's jobs.
   * @param spooledJobs - how many jobs of each message are counted as spooled instead of in progress.
   */
  ended(
    batch: readonly MessageProgress[],
    outcomesOf: (progress: MessageProgress) => readonly Outcome[],
    spooledJobs = 0,
  ): void {
    const times = new Map<string, Map<Outcome, number>>();
    let leaving = 0;
    for (const progress of batch) {
      const exchange = this.#label(progress.message);
      const ofExchange = times.get(exchange) ?? new Map<Outcome, number>();
      times.set(exchange, ofExchange);
      for (const outcome of outcomesOf(progress)) ofExchange.set(outcome, (ofExchange.get(outcome) ?? 0) + 1);
      leaving += progress.counted - spooledJobs;
      this.#observe(exchange, progress);
    }
    this.#counters.inHand.dec(leaving);
    for (const [exchange, ofExchange] of times) {
      for (const [outcome, jobs] of ofExchange) this.#counters.ended.inc({ exchange, outcome }, jobs);
    }
  }

  #observe(exchange: string, { message, ended }: MessageProgress): void {
    // A lag is never negative, even if the clock has been set back since the arrival.
    this.#counters.lagSeconds.observe({ exchange }, Math.max(0, Date.now() - message.receivedAtMs) / 1000);
    for (const { eventLagSeconds, isOfOtherExchange } of ended) {
      if (isOfOtherExchange) this.#counters.changedByOthers.inc({ exchange });
      if (eventLagSeconds !== null) this.#counters.arrivalLagSeconds.observe({ exchange }, eventLagSeconds);
    }
  }

  rejected(message: Message, reason: FaultReason): void {
    this.#counters.rejected.inc({ exchange: this.#label(message), reason });
  }

  /** Counts a rejection that the store does not keep, because the day's quota is used up. */
  onlyCounted(message: Message): void {
    this.#counters.rejectionsOnlyCounted.inc({ exchange: this.#label(message) });
  }

  /** Removes a message from those in progress. The spool itself counts the spooled ones. */
  spooled({ counted }: MessageProgress): void {
    this.#counters.inHand.dec(counted);
  }

  #label({ origin, receivedAtMs }: Message): string {
    return this.#labelOf({ sender: senderOf(origin), receivedAtMs });
  }
}
