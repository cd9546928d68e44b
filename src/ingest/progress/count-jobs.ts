import type { Delivery, Outcome } from "../../domain/delivery.ts";
import type { FaultReason } from "../../domain/faults.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { Labelled } from "./exchange-labels.ts";
import type { DeliveryInHand } from "./in-hand.ts";

/**
 * Keeps the law: received = stored + unchanged + skipped + rejected + failed + in hand + spooled. A delivery that
 * nobody has judged yet counts as one job message; the others that it holds count as received when they are judged.
 */
export class JobCount {
  readonly #counters: Counters;
  readonly #labelOf: (delivery: Labelled) => string;

  constructor(counters: Counters, labelOf: (delivery: Labelled) => string) {
    this.#counters = counters;
    this.#labelOf = labelOf;
  }

  received({ delivery, counted }: DeliveryInHand): void {
    this.#counters.received.inc({ exchange: this.#labelOf(delivery) }, counted);
    this.#counters.inHand.inc(counted);
  }

  /** What other workers left in the spool is received by this one. */
  takenOver(left: readonly { readonly exchange: string; readonly deliveries: number }[]): void {
    // Before the start: the exact time does not matter.
    const receivedAtMs = 0;
    for (const { exchange, deliveries } of left) {
      this.#counters.received.inc({ exchange: this.#labelOf({ exchange, receivedAtMs }) }, deliveries);
    }
  }

  judged(inHand: DeliveryInHand): void {
    const more = Math.max(0, (inHand.jobs?.judged ?? 0) - inHand.counted);
    if (more === 0) return;
    inHand.counted += more;
    this.#counters.received.inc({ exchange: this.#labelOf(inHand.delivery) }, more);
    this.#counters.inHand.inc(more);
  }

  /** @param spooledJobs - how many of them the spool counts, and not the hand. */
  ended(inHand: DeliveryInHand, outcomes: readonly Outcome[], spooledJobs = 0): void {
    const { receivedAtMs } = inHand.delivery;
    const exchange = this.#labelOf(inHand.delivery);
    for (const outcome of outcomes) this.#counters.ended.inc({ exchange, outcome });
    this.#counters.inHand.dec(inHand.counted - spooledJobs);
    // The clock may have been set back meanwhile: a lag is never negative.
    this.#counters.lagSeconds.observe({ exchange }, Math.max(0, Date.now() - receivedAtMs) / 1000);
    this.#arrived(inHand);
  }

  rejected(delivery: Delivery, reason: FaultReason): void {
    this.#counters.rejected.inc({ exchange: this.#labelOf(delivery), reason });
  }

  /** Rejected beyond the day's quota. */
  onlyCounted(delivery: Delivery): void {
    this.#counters.rejectionsOnlyCounted.inc({ exchange: this.#labelOf(delivery) });
  }

  /** Only now, when they have ended: what is handed back arrives once more. */
  #arrived({ delivery, jobs }: DeliveryInHand): void {
    const exchange = this.#labelOf(delivery);
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
