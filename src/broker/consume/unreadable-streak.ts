import type { Log } from "../../log.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import { type Culprit, isSameCulprit } from "../connection/tap-deliveries.ts";

/** After the first failure deliveries are taken one at a time; after so many they are also taken past the driver. */
const CAREFUL_FROM = 3;
const pauses = { baseMs: 500, capMs: 60_000 };

/**
 * Failures in a row at one delivery. One may be an accident. When they go on, the worker takes the delivery past the driver
 * and sets it aside.
 */
export class UnreadableStreak {
  #culprit: Culprit | null = null;
  #failures = 0;

  /** @param culprit - null: nobody knows which delivery it was. */
  failed(culprit: Culprit | null): void {
    this.#failures = isSameCulprit(culprit, this.#culprit) ? this.#failures + 1 : 1;
    this.#culprit = culprit;
  }

  /** The delivery was set aside, or none has failed for long enough. */
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

  /** Before the next try; doubles with each failure. */
  get pauseMs(): number {
    return Math.min(pauses.capMs, pauses.baseMs * 2 ** Math.min(this.#failures, 30));
  }

  /** Tells of the first failure, and then of ever fewer: the second, the fourth, the eighth. */
  tell(log: Log, error: string | null): void {
    if (!isWrittenAgain(this.#failures)) return;
    const { exchange = null, routingKey: routing_key = null, bodyBytes: bytes = null } = this.#culprit ?? {};
    log.warn("delivery_unreadable", { times: this.#failures, exchange, routing_key, bytes, error });
  }

  /** @param redelivered - the culprit has come before, so that what comes for the first time is another one. */
  isCulprit(delivery: Culprit, redelivered: boolean): boolean {
    return redelivered && isSameCulprit(delivery, this.#culprit);
  }
}
