import { Refused, Unavailable } from "../../domain/faults.ts";
import { askAgain } from "../../timing/backoff.ts";
import { retry } from "../../timing/retry.ts";

const backoff = { baseMs: 200, capMs: 5000 };
/** How long an attempt may still take when there is no more waiting. */
const LAST_TRY_MS = 1000;
/** Refusals in a row. By then a lock or a lack of resources has passed, or it passes at an attempt with half of the batch. */
const MAX_REFUSALS = 4;

export interface HoldOptions {
  /** Aborted at shutdown. The next failure is thrown then. */
  readonly stop: AbortSignal;
  /** After this many milliseconds the next failure is thrown; null: only `stop` ends the waiting. */
  readonly giveUpAfterMs: number | null;
  /** Called after each attempt that found the store away or that it refused, with the number of the attempt, from 1. */
  readonly onAway: (error: Unavailable, attempt: number) => void;
  /** Called when the store answers after failures, with their number. */
  readonly onBack: (failures: number) => void;
}

/**
 * Does the work, and does it again for as long as the store is away. If the store answers and refuses, the work is done again
 * a few times.
 *
 * The work is held and repeated here, and its messages are not returned to the queue, because the broker redelivers at once:
 * they would go back and forth as fast as the network allows. What is held fills the prefetch window, so the broker stops
 * sending by itself.
 *
 * @param work - idempotent: an attempt that does not answer in time is abandoned, and may still go through.
 * @throws Unavailable if the store is still away when the waiting ends; anything else that `work` throws, at once.
 */
export async function holdWhileAway<T>(work: () => Promise<T>, options: HoldOptions): Promise<T> {
  const patience = new Patience(options.stop, options.giveUpAfterMs);
  let failed = 0;
  let refusals = 0;
  try {
    const result = await retry(() => Promise.race([work(), patience.noAnswer]), {
      backoff,
      // The end of the patience ends the pause, and one last attempt follows.
      stop: patience.over,
      onFailure(thrown, failures) {
        refusals = thrown instanceof Refused ? refusals + 1 : 0;
        // The first refusals may be temporary, so they are treated like an outage.
        const isPassing = thrown instanceof Refused && refusals < MAX_REFUSALS;
        const error = isPassing ? new Unavailable("store", thrown.message, thrown) : thrown;
        if (!(error instanceof Unavailable) || patience.over.aborted) throw error;
        failed = failures;
        options.onAway(error, failures);
        return askAgain(error, backoff);
      },
    });
    if (failed > 0) options.onBack(failed);
    return result;
  } finally {
    patience.release();
  }
}

/** Is over at the stop or after its time. A little later it does not wait for an answer either. */
class Patience {
  readonly #over = new AbortController();
  readonly #stop: AbortSignal;
  readonly #timers: NodeJS.Timeout[] = [];
  /** Never resolves; rejects with `Unavailable`. */
  readonly noAnswer: Promise<never>;

  constructor(stop: AbortSignal, limitMs: number | null) {
    this.#stop = stop;
    let refuse: (error: Unavailable) => void;
    this.noAnswer = new Promise((_resolve, reject) => {
      refuse = reject;
    });
    // If an attempt waits for an answer, it hears of this.
    this.noAnswer.catch(() => undefined);
    this.over.addEventListener("abort", () => {
      const noAnswer = () => refuse(new Unavailable("store", "it does not answer"));
      this.#timers.push(setTimeout(noAnswer, LAST_TRY_MS));
    });
    if (stop.aborted) this.#end();
    else stop.addEventListener("abort", this.#end);
    if (limitMs !== null) this.#timers.push(setTimeout(this.#end, limitMs));
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  release(): void {
    this.#stop.removeEventListener("abort", this.#end);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #end = (): void => this.#over.abort();
}
