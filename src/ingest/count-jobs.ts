import type { Counters } from "../counters.ts";
import type { Outcome } from "../domain/delivery.ts";
import type { DeliveryInHand } from "./in-hand.ts";

/**
 * Keeps the law: received = stored + unchanged + skipped + rejected + failed + in hand + spooled. A delivery that
 * nobody has judged yet counts as one job message; the others that it holds count as received when they are judged.
 */
export class JobCount {
  readonly #counters: Counters;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  received({ delivery, counted }: DeliveryInHand): void {
    this.#counters.received.inc({ exchange: delivery.exchange }, counted);
    this.#counters.inHand.inc(counted);
  }

  /** What other workers left in the spool is received by this one. */
  takenOver(left: readonly { readonly exchange: string; readonly deliveries: number }[]): void {
    for (const { exchange, deliveries } of left) this.#counters.received.inc({ exchange }, deliveries);
  }

  judged(inHand: DeliveryInHand): void {
    const more = Math.max(0, (inHand.jobs?.judged ?? 0) - inHand.counted);
    if (more === 0) return;
    inHand.counted += more;
    this.#counters.received.inc({ exchange: inHand.delivery.exchange }, more);
    this.#counters.inHand.inc(more);
  }

  /** @param spooledJobs - how many of them the spool counts, and not the hand. */
  ended(inHand: DeliveryInHand, outcomes: readonly Outcome[], spooledJobs = 0): void {
    const { exchange, receivedAtMs } = inHand.delivery;
    for (const outcome of outcomes) this.#counters.ended.inc({ exchange, outcome });
    this.#counters.inHand.dec(inHand.counted - spooledJobs);
    // The clock may have been set back meanwhile: a lag is never negative.
    this.#counters.lagSeconds.observe({ exchange }, Math.max(0, Date.now() - receivedAtMs) / 1000);
    this.#arrived(inHand);
  }

  /** Only now, when they have ended: what is handed back arrives once more. */
  #arrived({ delivery: { exchange }, jobs }: DeliveryInHand): void {
    for (const { eventLagSeconds, isOfOtherExchange } of jobs?.ends ?? []) {
      if (isOfOtherExchange) this.#counters.changedByOthers.inc({ exchange });
      if (eventLagSeconds !== null) this.#counters.arrivalLagSeconds.observe({ exchange }, eventLagSeconds);
    }
  }

  /** Out of the hand, into the spool. */
  spooled({ counted }: DeliveryInHand): void {
    this.#counters.inHand.dec(counted);
  }
}
