import type { Delivery } from "../../domain/delivery.ts";
import type { ReadDelivery, Verdict } from "../../judge/judge-delivery.ts";
import type { Log } from "../../log.ts";
import type { Counters } from "../../metrics/counters.ts";
import type { SubmissionStore } from "../../store/ports/submission-store.ts";
import type { SuspectLedger } from "../../store/ports/suspect-ledger.ts";
import { EventLoopTurns } from "../../timing/event-loop-turns.ts";
import type { JobCount } from "../progress/count-jobs.ts";
import { type DeliveryInHand, firstRun, hasEnded } from "../progress/in-hand.ts";
import type { JobInHand } from "../progress/job-in-hand.ts";
import { guidOf, JobsInHand } from "../progress/jobs-in-hand.ts";
import { Suspects } from "../suspects/suspects.ts";
import type { SuspectsNote } from "../suspects/suspects-note.ts";
import { OnlyCountedNotice } from "./only-counted.ts";
import { Slice, type SliceLimits } from "./slice.ts";
import { afterBug, storeBatch } from "./store-batch.ts";

export interface EndOptions {
  readonly read: (delivery: Delivery) => ReadDelivery;
  readonly store: Pick<SubmissionStore, "storeSubmissions" | "recordRejections"> & SuspectLedger;
  readonly suspectsNote: SuspectsNote;
  /** How much is written at once. */
  readonly batch: SliceLimits;
  readonly rejectionMaxBytes: number;
  /** Whose daily quota the rejections of an exchange take. */
  readonly quotaOf: (exchange: string) => string;
  readonly maxAttempts: number;
  readonly counters: Counters;
  readonly count: JobCount;
  readonly log: Log;
}

type Hold = <T>(work: () => Promise<T>) => Promise<T>;

interface Reading {
  readonly jobs: number;
  readonly verdictOf: (index: number) => JobInHand["verdict"];
}

/**
 * A longer body is not judged on arrival. What is judged on arrival is held until it is written, and in memory a verdict
 * may be many times as large as its body; the prefetch bounds only their number.
 */
const EARLY_BYTES = 16 * 1024;

/** Judges deliveries and brings their jobs to their end, in order, a slice of jobs at a time. */
export class DeliveryEnder {
  readonly #options: EndOptions;
  readonly #suspects: Suspects;
  readonly #notice: OnlyCountedNotice;
  readonly #turns = new EventLoopTurns();

  constructor(options: EndOptions) {
    this.#options = options;
    this.#notice = new OnlyCountedNotice(options.log);
    this.#suspects = new Suspects({
      ledger: options.store,
      note: options.suspectsNote,
      maxAttempts: options.maxAttempts,
      onBug: (error) => options.log.error("bug", { what: "ledger of suspects", error }),
    });
  }

  /**
   * Brings the first jobs of the batch to their end: a run of suspects, or as many jobs as are written at once. To be
   * called until all deliveries have ended. Never throws.
   *
   * @returns false where the store was absent and `hold` waited no longer. Nothing behind the first delivery that has
   *   not ended was tried then, so order stays.
   */
  async endSome(batch: readonly DeliveryInHand[], hold: Hold): Promise<boolean> {
    const run = firstRun(batch);
    if (run[0]?.isSuspect !== true) {
      if (!(await this.#endSlice(run, hold))) return false;
      // The store is there.
      await this.#suspects.clearLeft({ hold });
      return true;
    }
    await this.#suspects.handle(run, {
      hold,
      handleAlone: (suspect) => this.#endAlone(suspect, hold),
      setAside: (suspect, attempts) => this.#setAside(suspect, attempts, hold),
    });
    return run.every(hasEnded);
  }

  /** To be called after the last of them: nobody dies of what has not ended. */
  async leave(hold: Hold): Promise<void> {
    await this.#suspects.leave({ hold });
  }

  /** Judges a delivery on its arrival, while the writer may be busy, if it is small and holds one job. */
  judgeEarly(inHand: DeliveryInHand): void {
    if (inHand.delivery.body.length > EARLY_BYTES) return;
    const jobs = this.#read(inHand.delivery);
    if (jobs.total > 1) return;
    jobs.judgeNext();
    inHand.jobs = jobs;
  }

  async #endAlone(suspect: DeliveryInHand, hold: Hold): Promise<void> {
    while (!hasEnded(suspect) && (await this.#endSlice([suspect], hold))) {
      // One slice after the other.
    }
  }

  /** False where the store was absent. */
  async #endSlice(run: readonly DeliveryInHand[], hold: Hold): Promise<boolean> {
    const { counters, store, rejectionMaxBytes, quotaOf } = this.#options;
    const slice = await this.#nextSlice(run);
    const observeDuration = counters.batchSeconds.startTimer();
    await storeBatch(slice.jobs, {
      store,
      hold,
      rejectionMaxBytes,
      quotaOf,
      onRejected: ({ delivery }, { fault }, end) => {
        this.#options.count.rejected(delivery, fault.reason);
        if (end === "only-counted") this.#countOnly(delivery);
      },
      onBug: ({ delivery, verdict }, error) => this.#reportBug(delivery, guidOf(verdict), error),
    });
    observeDuration();
    counters.batchJobs.observe(slice.jobs.length);
    const isDone = slice.jobs.every(({ outcome }) => outcome !== null);
    for (const { jobs } of run) jobs?.keepEnds();
    // A store that answers in the same turn would keep everything else waiting until the last slice is written.
    await this.#turns.give();
    return isDone;
  }

  /** The first jobs of these that have not ended, as many as are written at once. */
  async #nextSlice(run: readonly DeliveryInHand[]): Promise<Slice> {
    const { batch, count } = this.#options;
    const slice = new Slice(batch);
    for (const inHand of run) {
      inHand.jobs ??= this.#read(inHand.delivery);
      await this.#turns.giveIfDue();
      const bytesEach = inHand.bytes / inHand.jobs.total;
      const unended = inHand.jobs.unended();
      while (!inHand.jobs.hasEnded) {
        if (!slice.hasRoom(bytesEach)) return slice;
        const { value: job, done } = unended.next();
        if (done === true) break;
        slice.add(job, bytesEach);
        count.judged(inHand);
        await this.#turns.giveIfDue();
      }
    }
    return slice;
  }

  async #setAside(suspect: DeliveryInHand, attempts: number, hold: Hold): Promise<void> {
    const { delivery } = suspect;
    const { exchange, routingKey } = delivery;
    this.#options.log.error("suspect_set_aside", { exchange, routing_key: routingKey, attempts });
    suspect.jobs = this.#jobsOf(delivery, {
      jobs: 1,
      verdictOf: () => rejectedWhole({ reason: "killed-worker", attempts }),
    });
    await this.#endAlone(suspect, hold);
  }

  /** A delivery that cannot be read for a bug of ours counts as one job. */
  #read(delivery: Delivery): JobsInHand {
    try {
      return this.#jobsOf(delivery, this.#options.read(delivery));
    } catch (error) {
      const verdict = this.#afterBug(delivery, error);
      return this.#jobsOf(delivery, { jobs: 1, verdictOf: () => verdict });
    }
  }

  /** A bug that strikes while one job is judged costs that job alone. */
  #jobsOf(delivery: Delivery, { jobs, verdictOf }: Reading): JobsInHand {
    const judge = (index: number): JobInHand["verdict"] => {
      try {
        return verdictOf(index);
      } catch (error) {
        return this.#afterBug(delivery, error);
      }
    };
    return new JobsInHand(jobs, (index) => ({ delivery, verdict: judge(index), outcome: null }));
  }

  /** Another try comes first; then it is rejected. */
  #afterBug(delivery: Delivery, error: unknown): JobInHand["verdict"] {
    this.#reportBug(delivery, null, error);
    const end = afterBug(delivery, error);
    return end === "failed" ? { kind: "failed" } : rejectedWhole(end);
  }

  #countOnly(delivery: Delivery): void {
    this.#options.count.onlyCounted(delivery);
    this.#notice.add(this.#options.quotaOf(delivery.exchange), delivery.receivedAtMs);
  }

  #reportBug(delivery: Delivery, guid: string | null, error: unknown): void {
    const { exchange, routingKey, redelivered } = delivery;
    this.#options.log.error("bug", { exchange, routing_key: routingKey, redelivered, guid, error });
  }
}

/** The verdict on a message that was not judged: its raw bytes are kept. */
function rejectedWhole(fault: Extract<Verdict, { kind: "rejected" }>["fault"]): Verdict {
  return { kind: "rejected", fault, payload: undefined, project: null, task_id: null };
}
