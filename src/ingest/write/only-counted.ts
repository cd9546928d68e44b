import type { Log } from "../../log.ts";

interface Day {
  readonly day: string;
  messages: number;
  logAt: number;
}

/** The number of messages must grow by this factor before the next line is logged. */
const LOG_FACTOR = 10;

/**
 * Logs that rejections are only counted because the day's quota is used up: at the first such rejection of an exchange on each day,
 * and then more and more rarely.
 */
export class OnlyCountedNotice {
  readonly #log: Log;
  /** The current day of each quota. There are few: exchanges in the registry, REST clients, and `other`. */
  readonly #days = new Map<string, Day>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param exchange - the name of the quota. */
  add(exchange: string, receivedAtMs: number): void {
    const day = new Date(receivedAtMs).toISOString().slice(0, 10);
    const known = this.#days.get(exchange);
    const today = known?.day === day ? known : { day, messages: 0, logAt: 1 };
    this.#days.set(exchange, today);
    today.messages++;
    if (today.messages < today.logAt) return;
    today.logAt *= LOG_FACTOR;
    this.#log.warn("rejections_only_counted", {
      exchange,
      day,
      messages: today.messages,
      hint: "the day's quota is used up (REJECTIONS_PER_DAY, REJECTION_BYTES_PER_DAY): check what this exchange sends",
    });
  }
}
