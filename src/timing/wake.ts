/** Lets one loop wait for another to get on, without polling. */
export class Wake {
  #waiting = new Set<() => void>();

  /** Wakes all that wait now. */
  all(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next `all`, or after the limit. */
  async wait(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      timer = setTimeout(() => {
        this.#waiting.delete(resolve);
        resolve();
      }, limitMs);
    });
    clearTimeout(timer);
  }
}
