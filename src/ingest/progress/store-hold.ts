import { Refused, Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import { holdWhileAway } from "./hold-while-away.ts";

export interface StoreHoldOptions {
  /** Aborted at shutdown: nothing is waited for then. */
  readonly stop: AbortSignal;
  readonly counters: Counters;
  readonly onAway: () => void;
  readonly onBack: () => void;
  readonly log: Log;
}

/** Waiting for the store, by all who write to it; and whether it is known to be away. */
export class StoreHold {
  readonly #options: StoreHoldOptions;
  #trouble: string | null = null;

  constructor(options: StoreHoldOptions) {
    this.#options = options;
  }

  /** Why it did not take what was written last; null: it did, or nothing waits. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** It has taken something. */
  answered(): void {
    this.#trouble = null;
  }

  /** Does the work, and again while the store is away, but no longer than so. @throws Unavailable after that. */
  async for<T>(work: () => Promise<T>, giveUpAfterMs: number | null): Promise<T> {
    const { stop } = this.#options;
    try {
      return await holdWhileAway(work, {
        stop,
        giveUpAfterMs,
        onAway: (error, attempt) => this.#away(error, attempt),
        onBack: (attempts) => this.#back(attempts),
      });
    } catch (error) {
      if (error instanceof Unavailable) this.#trouble = error.message;
      throw error;
    }
  }

  /** The same without an end but the shutdown. */
  readonly forAsLongAsItTakes = <T>(work: () => Promise<T>): Promise<T> => this.for(work, null);

  #away(error: Unavailable, attempt: number): void {
    const { counters, log, onAway } = this.#options;
    counters.storeTries.inc();
    this.#trouble = error.message;
    onAway();
    // Once at the beginning, then ever more rarely: an outage is one event, not a flood.
    const event = error.cause instanceof Refused ? "store_refuses" : "store_away";
    if (Number.isInteger(Math.log2(attempt + 1))) log.warn(event, { attempt: attempt + 1, error });
  }

  #back(attempts: number): void {
    this.#trouble = null;
    this.#options.onBack();
    this.#options.log.info("store_back", { attempts });
  }
}
