import type { Outcome } from "../../domain/delivery.ts";
import type { FaultReason } from "../../domain/faults.ts";
import { type Origin, senderOf } from "../../domain/origin.ts";

/** The outcome of a replayed job, or `accepted` if it was only judged. */
export type ReplayEnd = Outcome | "accepted";

/** The counts for the messages of one exchange or one client. */
export interface SenderCount {
  readonly origin: Origin["kind"];
  /** The exchange, or `client:` and the id of a client. */
  readonly sender: string;
  /** The number of deliveries or requests. */
  readonly messages: number;
  /** The number of jobs or posted items, by outcome. */
  readonly ends: Readonly<Partial<Record<ReplayEnd, number>>>;
  /** The number of jobs or items that were rejected or have failed, by reason. */
  readonly reasons: Readonly<Partial<Record<FaultReason, number>>>;
}

interface Tally {
  readonly origin: Origin["kind"];
  messages: number;
  readonly ends: Map<ReplayEnd, number>;
  readonly reasons: Map<FaultReason, number>;
}

/** Counts replayed jobs by outcome, for each sender. */
export class ReplayCount {
  readonly #tallies = new Map<string, Tally>();
  #messages = 0;

  get messages(): number {
    return this.#messages;
  }

  message(origin: Origin): void {
    this.#messages++;
    this.#tallyOf(origin).messages++;
  }

  /** @param reason - why the job was rejected or has failed; null for the other outcomes. */
  job(origin: Origin, end: ReplayEnd, reason: FaultReason | null): void {
    const { ends, reasons } = this.#tallyOf(origin);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }

  /** Returns the counts of all senders, sorted by name. */
  senders(): SenderCount[] {
    return [...this.#tallies]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([sender, { origin, messages, ends, reasons }]) => ({
        ...{ origin, sender, messages },
        ends: Object.fromEntries(ends),
        reasons: Object.fromEntries(reasons),
      }));
  }

  #tallyOf(origin: Origin): Tally {
    const sender = senderOf(origin);
    const known = this.#tallies.get(sender);
    if (known !== undefined) return known;
    const tally = { origin: origin.kind, messages: 0, ends: new Map(), reasons: new Map() };
    this.#tallies.set(sender, tally);
    return tally;
  }
}
