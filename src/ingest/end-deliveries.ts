import type { Counters } from "../counters.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Log } from "../log.ts";
import type { SuspectsNote } from "../spool/suspects-note.ts";
import type { Store } from "../store/store.ts";
import type { JobCount } from "./count-jobs.ts";
import { type DeliveryInHand, hasEnded, runsOf } from "./in-hand.ts";
import type { Verdict } from "./judge-delivery.ts";
import { afterBug, type JobInHand, storeBatch } from "./store-batch.ts";
import { Suspects } from "./suspects.ts";

export interface EndOptions {
  readonly judge: (delivery: Delivery) => readonly Verdict[];
  readonly store: Pick<Store, "storeSubmissions" | "recordRejections" | "enterSuspect" | "clearSuspect">;
  readonly suspectsNote: SuspectsNote;
  readonly rejectionMaxBytes: number;
  readonly maxAttempts: number;
  readonly counters: Counters;
  readonly count: JobCount;
  readonly log: Log;
}

type Hold = <T>(work: () => Promise<T>) => Promise<T>;

/** Judges what is not judged yet, and brings the jobs of a batch to their end, in order. */
export class DeliveryEnder {
  readonly #options: EndOptions;
  readonly #suspects: Suspects;

  constructor(options: EndOptions) {
    this.#options = options;
    this.#suspects = new Suspects({
      ledger: options.store,
      note: options.suspectsNote,
      maxAttempts: options.maxAttempts,
      onBug: (error) => options.log.error("bug", { what: "ledger of suspects", error }),
    });
  }

  /**
   * Those that have not ended when it returns met an absent store, for which `hold` waited no longer; then all
   * that come after them were not tried either, so that order stays. Never throws.
   */
  async end(batch: readonly DeliveryInHand[], hold: Hold): Promise<void> {
    for (const run of runsOf(batch)) {
      if (run[0]?.isSuspect === true) {
        await this.#suspects.handle(run, {
          hold,
          handleAlone: (suspect) => this.#store([suspect], hold),
          setAside: (suspect, attempts) => this.#setAside(suspect, attempts, hold),
        });
      } else {
        await this.#store(run, hold);
        // The store is there.
        if (run.every(hasEnded)) await this.#suspects.clearLeft({ hold });
      }
      if (!run.every(hasEnded)) return;
    }
  }

  /** To be called after the last of them: nobody dies of what has not ended. */
  async leave(hold: Hold): Promise<void> {
    await this.#suspects.leave({ hold });
  }

  judge(inHand: DeliveryInHand): readonly JobInHand[] {
    const { delivery } = inHand;
    inHand.jobs ??= this.#verdicts(delivery).map((verdict) => ({ delivery, verdict, outcome: null }));
    return inHand.jobs;
  }

  async #store(batch: readonly DeliveryInHand[], hold: Hold): Promise<void> {
    const { count, counters, store, rejectionMaxBytes } = this.#options;
    const jobs = batch.flatMap((inHand) => {
      const judged = this.judge(inHand);
      count.judged(inHand, judged.length);
      return judged;
    });
    const observeDuration = counters.batchSeconds.startTimer();
    await storeBatch(jobs, {
      store,
      hold,
      rejectionMaxBytes,
      onRejected: ({ delivery }, { fault }) => count.rejected(delivery, fault.reason),
      onBug: ({ delivery, verdict }, error) => this.#reportBug(delivery, guidOf(verdict), error),
    });
    observeDuration();
    counters.batchJobs.observe(jobs.length);
  }

  async #setAside(suspect: DeliveryInHand, attempts: number, hold: Hold): Promise<void> {
    const { delivery } = suspect;
    const { exchange, routingKey } = delivery;
    this.#options.log.error("suspect_set_aside", { exchange, routing_key: routingKey, attempts });
    suspect.jobs = [
      { delivery, verdict: rejectedWhole({ reason: "killed-worker", attempts }), outcome: null },
    ];
    await this.#store([suspect], hold);
  }

  /** A bug in a pure stage costs this delivery alone: another try first, then it is set aside. */
  #verdicts(delivery: Delivery): readonly JobInHand["verdict"][] {
    try {
      return this.#options.judge(delivery);
    } catch (error) {
      this.#reportBug(delivery, null, error);
      const end = afterBug(delivery, error);
      return [end === "failed" ? { kind: "failed" } : rejectedWhole(end)];
    }
  }

  #reportBug(delivery: Delivery, guid: string | null, error: unknown): void {
    const { exchange, routingKey, redelivered } = delivery;
    this.#options.log.error("bug", { exchange, routing_key: routingKey, redelivered, guid, error });
  }
}

/** Of a delivery that was not read: its raw bytes are kept. */
function rejectedWhole(fault: Extract<Verdict, { kind: "rejected" }>["fault"]): Verdict {
  return { kind: "rejected", fault, payload: undefined, project: null, task_id: null };
}

/** Guid of a job, or what of it can be read. */
export function guidOf(verdict: JobInHand["verdict"]): string | null {
  if (verdict.kind === "accepted") return verdict.submission.job.job_guid;
  return verdict.kind === "rejected" ? verdict.task_id : null;
}
