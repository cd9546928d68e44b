/**
 * How to close the parts that have been opened so far. A later part uses the earlier ones, so that they are closed in
 * reverse order, both when the program ends and when a later part fails to open.
 */
export class UndoStack {
  readonly #steps: (() => unknown)[] = [];

  /** @param close - closes what has just been opened; if it returns a promise, that is waited for. */
  add(close: () => unknown): void {
    this.#steps.push(close);
  }

  /**
   * Closes all parts, the last one first, and forgets them. One that fails does not keep the others from being closed.
   *
   * @throws the error of the first part that failed.
   */
  async undo(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#steps.pop(); close !== undefined; close = this.#steps.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
