import type { Log } from "../../log.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import { type Culprit, isSameCulprit } from "../connection/tap-deliveries.ts";

/** After one failure, deliveries are consumed one at a time. After this many, they also bypass the driver. */
const CAREFUL_FROM = 3;
const pauses = { baseMs: 500, capMs: 60_000 };

/**
 * Counts consecutive failures of one delivery. A single failure may be an accident. If the failures continue, the worker takes
 * the delivery over from the driver and sets it aside.
 */
export class UnreadableStreak {
  #culprit: Culprit | null = null;
  #failures = 0;

  /** Counts a failure. @param culprit - the delivery that failed, or null if it is not known. */
  failed(culprit: Culprit | null): void {
    this.#failures = isSameCulprit(culprit, this.#culprit) ? this.#failures + 1 : 1;
    this.#culprit = culprit;
  }

  /** Resets the count, because the delivery was set aside or no delivery has failed for some time. */
  ended(): void {
    this.#culprit = null;
    this.#failures = 0;
  }

  get culprit(): Culprit | null {
    return this.#culprit;
  }

  get failures(): number {
    return this.#failures;
  }

  get isCareful(): boolean {
    return this.#failures >= CAREFUL_FROM;
  }

  /** The pause before the next attempt. It doubles with each failure. */
  get pauseMs(): number {
    return Math.min(pauses.capMs, pauses.baseMs * 2 ** Math.min(this.#failures, 30));
  }

  /** Logs the failure if it is the first, second, fourth, eighth and so on. */
  logFailure(log: Log, error: string | null): void {
    if (!isWrittenAgain(this.#failures)) return;
    const { exchange = null, routingKey: routing_key = null, bodyBytes: bytes = null } = this.#culprit ?? {};
    log.warn("delivery_unreadable", { times: this.#failures, exchange, routing_key, bytes, error });
  }

  /** @param redelivered - a delivery that is not redelivered cannot be the culprit. */
  isCulprit(delivery: Culprit, redelivered: boolean): boolean {
    return redelivered && isSameCulprit(delivery, this.#culprit);
  }
}
