import { Refused, Unavailable } from "../../domain/faults.ts";
import { askAgain } from "../../timing/backoff.ts";
import { retry } from "../../timing/retry.ts";

const backoff = { baseMs: 200, capMs: 5000 };
/** How long the last attempt may take after the waiting has ended. */
const LAST_TRY_MS = 1000;
/**
 * The error is thrown at this many consecutive refusals. A lock or a lack of resources has passed by then, or the caller succeeds with
 * half of the batch.
 */
const MAX_REFUSALS = 4;

export interface HoldOptions {
  /** Aborted at shutdown. The next failure is then thrown. */
  readonly stop: AbortSignal;
  /** The time after which the next failure is thrown, in milliseconds; null if only `stop` ends the waiting. */
  readonly giveUpAfterMs: number | null;
  /** Called after each attempt that failed because the store was away or refused it. Attempts are numbered from 1. */
  readonly onAway: (error: Unavailable, attempt: number) => void;
  /** Called when an attempt succeeds after failures. */
  readonly onBack: (failures: number) => void;
}

/**
 * Does the work, and repeats it for as long as the store is away. If the store answers but refuses, the work is repeated a few
 * times.
 *
 * The work is repeated here instead of returning its messages to the queue, because the broker redelivers immediately: messages
 * would go back and forth as fast as the network allows. Messages that are held fill the prefetch window, so the broker stops
 * sending by itself.
 *
 * @param work - must be idempotent: an attempt that does not answer in time is abandoned, but may still succeed.
 * @throws Unavailable if the store is still away when the waiting ends. All other errors of `work` are thrown immediately.
 */
export async function holdWhileAway<T>(work: () => Promise<T>, options: HoldOptions): Promise<T> {
  const patience = new Patience(options.stop, options.giveUpAfterMs);
  let failed = 0;
  let refusals = 0;
  try {
    const result = await retry(() => Promise.race([work(), patience.noAnswer]), {
      backoff,
      // The end of the waiting ends the pause, and one last attempt follows.
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

/** The limit of the waiting: it is over at the stop or after a time. Shortly after that, a pending attempt is abandoned too. */
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
    // A rejection that no attempt awaits must not end the process.
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
