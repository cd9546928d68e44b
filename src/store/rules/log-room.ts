import { isParsedHere } from "../../domain/log-plan.ts";
import { senderOf } from "../../domain/origin.ts";
import type { LogReference } from "../../domain/submission.ts";
import type { Arrival } from "../ports/submission-store.ts";
import type { NewLog } from "./new-work.ts";

/** Enough for hours of an ordinary publisher's logs. It limits the backlog of one that floods. */
export const defaultMaxWaitingLogs = 20_000;

/** How long a count is used, in milliseconds. Counting takes longer, the more logs of an exchange are waiting. */
const COUNT_MS = 1000;

interface Count {
  waiting: number;
  /** Milliseconds of the clock. */
  readonly until: number;
}

/** Returns whether the log waits to be read here. */
export function waits({ name, parse_status }: LogReference): boolean {
  return parse_status === "pending" && isParsedHere(name);
}

/**
 * Limits how many logs of each exchange wait to be read. Otherwise a publisher whose logs come faster than they can be read
 * would fill the store and delay everybody else. A log beyond the limit is stored as failed; its job is stored as usual.
 *
 * The store counts the waiting logs once a second, and only those of exchanges that bring logs. In between they are counted
 * here. Several workers together may therefore exceed the limit by what they store in a second.
 */
export class LogRoom {
  readonly #maxWaiting: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, Count>();

  /**
   * @param maxWaiting - `Infinity`: there is no limit, and nothing is counted.
   * @param now - milliseconds of a clock that never goes back.
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
    const bring = batch.filter(({ submission }) => submission.logs.some(waits));
    return [...new Set(bring.map(({ origin }) => senderOf(origin)))].filter((one) => !this.#counts.has(one));
  }

  /** Notes how many waiting logs of the exchange the store has counted, up to {@link LogRoom.maxWaiting}. */
  note(exchange: string, waiting: number): void {
    this.#counts.set(exchange, { waiting, until: this.#now() + COUNT_MS });
  }

  /** The store need not count more logs of one exchange than this. */
  get maxWaiting(): number {
    return this.#maxWaiting;
  }

  /** Returns how to store a log that must be read: as pending, or as failed if too many of its exchange are waiting. */
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
