import { LogFetchError } from "./log-source.ts";

/**
 * The time limits of one fetch as one abort signal, whose reason is always the LogFetchError to throw.
 *
 * The total runs from the start until {@link FetchClock.stop}; `within` adds a shorter limit for one step. The timers of the HTTP
 * client are not used, because they are accurate only to a second and do not limit headers that arrive byte by byte.
 * `withDeadline` is not used either, because it would leave the step running, while an aborted signal ends it.
 */
export class FetchClock {
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #stopSignal: AbortSignal | undefined;
  readonly #onStop = (): void => this.#expire(new LogFetchError("stopped", "the fetch was stopped", false));

  constructor(totalMs: number, stop?: AbortSignal) {
    this.#total = setTimeout(() => this.#expire(timeout(`not read within ${seconds(totalMs)}`)), totalMs);
    // The timer need not keep the process alive: the sockets do while there is something to wait for.
    this.#total.unref();
    this.#stopSignal = stop;
    if (stop?.aborted) this.#onStop();
    else stop?.addEventListener("abort", this.#onStop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Returns the step's result if it arrives in time. Otherwise the signal aborts, which must end the step. */
  async within<T>(limitMs: number, what: string, step: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const timer = setTimeout(() => this.#expire(timeout(`${what} within ${seconds(limitMs)}`)), limitMs);
    try {
      return await step();
    } catch (error) {
      // After our own abort, the HTTP client's error would hide the reason.
      this.signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the total time limit without aborting the signal. */
  stop(): void {
    clearTimeout(this.#total);
    this.#stopSignal?.removeEventListener("abort", this.#onStop);
  }

  #expire(reason: LogFetchError): void {
    this.stop();
    this.#controller.abort(reason);
  }
}

function timeout(detail: string): LogFetchError {
  return new LogFetchError("timeout", detail, false);
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
