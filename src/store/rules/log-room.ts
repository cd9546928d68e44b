import { isParsedHere } from "../../domain/log-plan.ts";
import { senderOf } from "../../domain/origin.ts";
import type { LogReference } from "../../domain/submission.ts";
import type { Arrival } from "../ports/submission-store.ts";
import type { NewLog } from "./new-work.ts";

/** Enough for hours of logs of an ordinary publisher; limits the backlog of a publisher that floods. */
export const defaultMaxWaitingLogs = 20_000;

/** How long a count is used, in milliseconds. Counting takes longer the more logs of an exchange are waiting. */
const COUNT_MS = 1000;

interface Count {
  waiting: number;
  /** When the count must be renewed, in milliseconds of the clock. */
  readonly until: number;
}

/** Returns whether a log waits to be read by pulse-ingest. */
export function waits({ name, parse_status }: LogReference): boolean {
  return parse_status === "pending" && isParsedHere(name);
}

/**
 * Limits how many logs of each exchange wait to be read. Otherwise a publisher whose logs arrive faster than they can be read
 * would fill the store and delay everybody else. A log beyond the limit is stored as failed; its job is stored as usual.
 *
 * The store counts the waiting logs at most once a second, and only for exchanges that send logs. Between two counts, this class
 * adds the logs of its own worker. Several workers together may therefore exceed the limit by the logs that they store in a second.
 */
export class LogRoom {
  readonly #maxWaiting: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, Count>();

  /**
   * @param maxWaiting - the limit per exchange; with `Infinity`, nothing is counted.
   * @param now - returns the time in milliseconds, from a clock that never goes back.
   */
  constructor(maxWaiting: number, now: () => number) {
    this.#maxWaiting = maxWaiting;
    this.#now = now;
  }

  /** Returns the exchanges whose waiting logs must be counted before the batch is planned; see {@link LogRoom.note}. */
  toCount(batch: readonly Arrival[]): string[] {
    if (this.#maxWaiting === Number.POSITIVE_INFINITY) return [];
    const now = this.#now();
    for (const [exchange, { until }] of this.#counts) if (now >= until) this.#counts.delete(exchange);
    const withLogs = batch.filter(({ submission }) => submission.logs.some(waits));
    const exchanges = new Set(withLogs.map(({ origin }) => senderOf(origin)));
    return [...exchanges].filter((exchange) => !this.#counts.has(exchange));
  }

  /** Records the number of waiting logs that the store has counted for an exchange, at most {@link LogRoom.maxWaiting}. */
  note(exchange: string, waiting: number): void {
    this.#counts.set(exchange, { waiting, until: this.#now() + COUNT_MS });
  }

  /** The limit per exchange. The store may stop counting there. */
  get maxWaiting(): number {
    return this.#maxWaiting;
  }

  /** Returns the state in which to store a log to be read: pending, or failed if too many logs of its exchange are waiting. */
  enter(exchange: string, at: string): Pick<NewLog, "parse_status" | "failure" | "next_attempt_at"> {
    const pending = { parse_status: "pending", failure: null, next_attempt_at: at } as const;
    if (this.#maxWaiting === Number.POSITIVE_INFINITY) return pending;
    const count = this.#counts.get(exchange);
    if (count === undefined) throw new Error(`the waiting logs of ${exchange} were not counted`);
    if (count.waiting >= this.#maxWaiting) {
      const failure = `too-many-waiting: ${this.#maxWaiting} logs of its exchange were waiting already`;
      return { parse_status: "failed", failure, next_attempt_at: null };
    }
    count.waiting++;
    return pending;
  }
}
