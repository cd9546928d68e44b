import type { Counters } from "../counters.ts";
import type { Delivery, Outcome } from "../domain/delivery.ts";
import type { FaultReason } from "../domain/faults.ts";
import { eventLagSeconds } from "./event-lag.ts";
import type { Labelled } from "./exchange-labels.ts";
import type { DeliveryInHand } from "./in-hand.ts";

/**
 * Keeps the law: received = stored + unchanged + skipped + rejected + failed + in hand + spooled. A delivery that
 * nobody has judged yet counts as one job message; what more it turns out to hold is received then.
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

  judged(inHand: DeliveryInHand, jobs: number): void {
    const more = Math.max(0, jobs - inHand.counted);
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

  /** Only now, when they have ended: what is handed back arrives once more. */
  #arrived({ delivery, jobs }: DeliveryInHand): void {
    const { receivedAtMs } = delivery;
    const exchange = this.#labelOf(delivery);
    for (const { verdict, outcome } of jobs ?? []) {
      if (verdict.kind !== "accepted" || outcome === "failed") continue;
      const seconds = eventLagSeconds(verdict.submission.job, receivedAtMs);
      if (seconds !== null) this.#counters.arrivalLagSeconds.observe({ exchange }, seconds);
    }
  }

  /** Out of the hand, into the spool. */
  spooled({ counted }: DeliveryInHand): void {
    this.#counters.inHand.dec(counted);
  }
}
