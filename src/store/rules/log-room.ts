import { isParsedHere } from "../../domain/log-plan.ts";
import { senderOf } from "../../domain/origin.ts";
import type { LogReference } from "../../domain/submission.ts";
import type { Arrival } from "../ports/submission-store.ts";
import type { NewLog } from "./new-work.ts";

/** Enough for hours of an ordinary publisher's logs; what it bounds is how far a flooding one gets ahead. */
export const defaultMaxWaitingLogs = 20_000;

/** Counting the waiting logs of an exchange takes longer, the more there are; so a count is used for a while. */
const COUNT_MS = 1000;

interface Count {
  waiting: number;
  /** Milliseconds of the clock. */
  readonly until: number;
}

/** Is the log to be read here? */
export function waits({ name, parse_status }: LogReference): boolean {
  return parse_status === "pending" && isParsedHere(name);
}

/**
 * How many logs of each exchange wait to be read: no more than a limit, so that a publisher whose logs come faster than
 * they can be read fills neither the store nor everybody's time. A log beyond it is stored as failed; its job goes on.
 *
 * The store counts the waiting logs once a second, and only of exchanges that bring logs; in between they are counted
 * here. Several workers together may therefore pass the limit by what they store in a second.
 */
export class LogRoom {
  readonly #maxWaiting: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, Count>();

  /** @param now - milliseconds of a clock that never goes back. */
  constructor(maxWaiting: number, now: () => number) {
    this.#maxWaiting = maxWaiting;
    this.#now = now;
  }

  /** The exchanges whose waiting logs are to be counted before the batch is planned; see {@link LogRoom.note}. */
  toCount(batch: readonly Arrival[]): string[] {
    const now = this.#now();
    for (const [exchange, { until }] of this.#counts) if (now >= until) this.#counts.delete(exchange);
    const bring = batch.filter(({ submission }) => submission.logs.some(waits));
    return [...new Set(bring.map(({ origin }) => senderOf(origin)))].filter((one) => !this.#counts.has(one));
  }

  /** The store has counted so many waiting logs of the exchange, up to {@link LogRoom.maxWaiting}. */
  note(exchange: string, waiting: number): void {
    this.#counts.set(exchange, { waiting, until: this.#now() + COUNT_MS });
  }

  /** No more need be counted of one exchange. */
  get maxWaiting(): number {
    return this.#maxWaiting;
  }

  /** How a log that is to be read is stored: it waits, or, where too many of its exchange do, it has failed. */
  enter(exchange: string, at: string): Pick<NewLog, "parse_status" | "failure" | "next_attempt_at"> {
    const count = this.#counts.get(exchange);
    if (count === undefined) throw new Error(`the waiting logs of ${exchange} were not counted`);
    if (count.waiting >= this.#maxWaiting) {
      const failure = `too-many-waiting: ${this.#maxWaiting} logs of its exchange were waiting already`;
      return { parse_status: "failed", failure, next_attempt_at: null };
    }
    count.waiting++;
    return { parse_status: "pending", failure: null, next_attempt_at: at };
  }
}
