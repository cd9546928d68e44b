import { setTimeout as wait } from "node:timers/promises";
import { Refused, Unavailable } from "../../domain/faults.ts";
import { askAgain, fullJitterMs } from "../../timing/backoff.ts";

const backoff = { baseMs: 200, capMs: 5000 };
/** How long a try that is under way may go on once there is no more waiting. */
const LAST_TRY_MS = 1000;
/** In a row. A lock or a short resource has passed by then, or passes at one of the tries that halving makes. */
const MAX_REFUSALS = 4;

export interface HoldOptions {
  /** Aborted at shutdown: the next failure is then thrown instead of waited out. */
  readonly stop: AbortSignal;
  /** The same after so many milliseconds; null: no end but `stop`. */
  readonly giveUpAfterMs: number | null;
  /** Told of every try that found the store away, or that it refused; then that is the cause. */
  readonly onAway: (error: Unavailable, attempt: number) => void;
  /** Told once it answered again after a failure. */
  readonly onBack: (attempts: number) => void;
}

/**
 * Does the work, and does it again for as long as the store is away; a few times where it answers and refuses.
 *
 * @param work - idempotent: a try that does not answer in time is left to itself, and may still go through.
 * @throws Unavailable when the store is still away at the end of the patience; anything else that `work` throws at once.
 */
export async function holdWhileAway<T>(work: () => Promise<T>, options: HoldOptions): Promise<T> {
  const patience = new Patience(options.stop, options.giveUpAfterMs);
  try {
    let refusals = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await Promise.race([work(), patience.noAnswer]);
        if (attempt > 0) options.onBack(attempt);
        return result;
      } catch (thrown) {
        refusals = thrown instanceof Refused ? refusals + 1 : 0;
        // Too few refusals blame nobody.
        const isPassing = thrown instanceof Refused && refusals < MAX_REFUSALS;
        const error = isPassing ? new Unavailable("store", thrown.message, thrown) : thrown;
        if (!(error instanceof Unavailable) || patience.over.aborted) throw error;
        options.onAway(error, attempt);
        // Held and tried again here rather than requeued: the broker redelivers a requeued message at once, so a
        // requeue would spin as fast as the network allows for as long as the store is away. What is held fills
        // the prefetch window, and the broker stops sending by itself.
        const delayMs = fullJitterMs(attempt, askAgain(error, backoff));
        await wait(delayMs, undefined, { signal: patience.over }).catch(() => {
          // Woken by the end of the patience: one last try follows at once.
        });
      }
    }
  } finally {
    patience.release();
  }
}

/** Ends at the stop or after its time, and a little later no longer waits for an answer either. */
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
    // Heard by the race that waits for an answer, if there is one.
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
