/** Measures how long messages have been in progress without any of them ending. Times are from a monotonic clock. */
export class StallWatch {
  #inProgress = 0;
  #progressAtMs = 0;

  /** Call it when a message has arrived. */
  taken(nowMs: number): void {
    if (this.#inProgress === 0) this.#progressAtMs = nowMs;
    this.#inProgress++;
  }

  /** Call it when a message has ended. */
  ended(nowMs: number): void {
    this.#inProgress--;
    this.#progressAtMs = nowMs;
  }

  /** Restarts the measurement, for example when the store for which messages waited is back. */
  restarted(nowMs: number): void {
    this.#progressAtMs = nowMs;
  }

  /** Returns how long no message in progress has ended, in milliseconds; 0 if none is in progress. */
  stalledMs(nowMs: number): number {
    return this.#inProgress === 0 ? 0 : nowMs - this.#progressAtMs;
  }
}
