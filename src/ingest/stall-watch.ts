/** Measures how long messages have been in progress without one that ended. Times are those of a monotonic clock. */
export class StallWatch {
  #inProgress = 0;
  #progressAtMs = 0;

  /** A message has arrived. */
  taken(nowMs: number): void {
    if (this.#inProgress === 0) this.#progressAtMs = nowMs;
    this.#inProgress++;
  }

  /** A message has ended. */
  ended(nowMs: number): void {
    this.#inProgress--;
    this.#progressAtMs = nowMs;
  }

  /** Begins to measure again, for example when the store is back for which the messages waited. */
  restarted(nowMs: number): void {
    this.#progressAtMs = nowMs;
  }

  /** Returns how long nothing has ended, in milliseconds; 0 if nothing is in progress. */
  stalledMs(nowMs: number): number {
    return this.#inProgress === 0 ? 0 : nowMs - this.#progressAtMs;
  }
}
