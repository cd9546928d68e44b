import type { Log } from "../../log.ts";

interface Day {
  readonly day: string;
  messages: number;
  logAt: number;
}

/** The next line is logged after this many times as many messages. */
const LOG_FACTOR = 10;

/**
 * Logs that rejections are only counted because the day's quota is full: at the first one of an exchange's day, and then ever
 * more rarely.
 */
export class OnlyCountedNotice {
  readonly #log: Log;
  /** The days by exchange. There are as many exchanges as the registry lists, and `other`. */
  readonly #days = new Map<string, Day>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param exchange - as the quota names it. */
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
      hint: "the day's quota is full (REJECTIONS_PER_DAY, REJECTION_BYTES_PER_DAY): see what this exchange sends",
    });
  }
}
