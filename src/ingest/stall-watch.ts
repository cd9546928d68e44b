/** Whether what is in hand still comes to an end: a clock that starts anew with every delivery that ends. */
export class StallWatch {
  #inHand = 0;
  #progressAtMs = 0;

  /** @param nowMs - on a clock that only goes forward. */
  taken(nowMs: number): void {
    // Whoever comes to an idle worker starts the clock.
    if (this.#inHand === 0) this.#progressAtMs = nowMs;
    this.#inHand++;
  }

  ended(nowMs: number): void {
    this.#inHand--;
    this.#progressAtMs = nowMs;
  }

  /** What is in hand gets its full time again, e.g. from the return of the store that it waited for. */
  restarted(nowMs: number): void {
    this.#progressAtMs = nowMs;
  }

  /** How long something has been in hand while nothing ended, in milliseconds; 0: nothing is in hand. */
  stalledMs(nowMs: number): number {
    return this.#inHand === 0 ? 0 : nowMs - this.#progressAtMs;
  }
}
