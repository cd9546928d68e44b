/**
 * The functions that close the parts that have been opened so far. Later parts use earlier ones, so they are closed in reverse order,
 * both when the program ends and when a later part fails to open.
 */
export class UndoStack {
  readonly #steps: (() => unknown)[] = [];

  /** Adds a part. @param close - closes the part; if it returns a promise, it is awaited. */
  add(close: () => unknown): void {
    this.#steps.push(close);
  }

  /**
   * Closes all parts, the last one first, and removes them. If a part fails to close, the others are still closed.
   *
   * @throws the error of the first part that failed to close.
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
