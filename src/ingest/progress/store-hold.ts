import { Refused, Unavailable } from "../../domain/faults.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import { isWrittenAgain } from "../../timing/throttle.ts";
import { holdWhileAway } from "./hold-while-away.ts";
import type { PatientStore } from "./patient-store.ts";

export interface StoreHoldOptions {
  /** Aborted at shutdown, to end all waiting. */
  readonly stop: AbortSignal;
  readonly counters: Counters;
  readonly onAway: () => void;
  readonly onBack: () => void;
  readonly log: Log;
}

/** Waits for the store on behalf of all its writers, and records whether it is away. */
export class StoreHold {
  readonly #options: StoreHoldOptions;
  #trouble: string | null = null;

  constructor(options: StoreHoldOptions) {
    this.#options = options;
  }

  /** Why the store did not accept the last write; null if it did, or if nothing is waiting for it. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Clears the trouble. Call it when the store has accepted a write, or when nothing is waiting for it any more. */
  settled(): void {
    this.#trouble = null;
  }

  /** Returns a store whose calls wait while it is away, for up to `giveUpAfterMs`, or until the worker stops if that is null. */
  patient<Store>(store: Store, giveUpAfterMs: number | null): PatientStore<Store> {
    return { ask: (call) => this.#wait(() => call(store), giveUpAfterMs) };
  }

  async #wait<T>(work: () => Promise<T>, giveUpAfterMs: number | null): Promise<T> {
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

  #away(error: Unavailable, attempt: number): void {
    const { counters, log, onAway } = this.#options;
    counters.storeTries.inc();
    this.#trouble = error.message;
    onAway();
    // An outage is logged when it begins, and then more and more rarely.
    const event = error.cause instanceof Refused ? "store_refuses" : "store_away";
    if (isWrittenAgain(attempt)) log.warn(event, { attempt, error });
  }

  #back(attempts: number): void {
    this.#trouble = null;
    this.#options.onBack();
    this.#options.log.info("store_back", { attempts });
  }
}
