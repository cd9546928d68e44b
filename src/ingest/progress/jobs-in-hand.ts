import type { Outcome } from "../../domain/delivery.ts";
import { eventLagSeconds } from "./event-lag.ts";
import type { JobInHand } from "./job-in-hand.ts";

/** A job that has ended: what is still needed of it once its message and its verdict are gone. */
export interface EndedJob {
  readonly outcome: Outcome;
  readonly guid: string | null;
  /** Null where the message has no time for its state, or was not stored. */
  readonly eventLagSeconds: number | null;
  /** It changed a job that first came through another exchange. */
  readonly isOfOtherExchange: boolean;
}

/**
 * The jobs of one delivery on their way to their end. They are judged in order, each as late as possible, and the verdict
 * of a job is dropped once it has ended: so a delivery of many jobs never holds the verdicts of all of them.
 */
export class JobsInHand {
  /** How many there are. */
  readonly total: number;
  readonly #judge: (index: number) => JobInHand;
  #judged = 0;
  #open: JobInHand[] = [];
  readonly #ends: EndedJob[] = [];

  constructor(total: number, judge: (index: number) => JobInHand) {
    this.total = total;
    this.#judge = judge;
  }

  get judged(): number {
    return this.#judged;
  }

  get ends(): readonly EndedJob[] {
    return this.#ends;
  }

  get hasEnded(): boolean {
    return this.#ends.length === this.total;
  }

  /** Judges the next job; it stays open until it has an outcome. */
  judgeNext(): JobInHand {
    const job = this.#judge(this.#judged++);
    this.#open.push(job);
    return job;
  }

  /** Those that have not ended, in order: first the ones that are judged already, then the rest, judged one by one. */
  *unended(): Generator<JobInHand> {
    yield* [...this.#open];
    while (this.#judged < this.total) yield this.judgeNext();
  }

  /** Drops the verdicts of the jobs that have an outcome by now. */
  keepEnds(): void {
    const open: JobInHand[] = [];
    for (const job of this.#open) {
      if (job.outcome === null) open.push(job);
      else this.#ends.push(endOf(job, job.outcome));
    }
    this.#open = open;
  }
}

function endOf({ delivery, verdict, jobOf }: JobInHand, outcome: Outcome): EndedJob {
  const isKnown = verdict.kind === "accepted" && outcome !== "failed";
  const lag = isKnown ? eventLagSeconds(verdict.submission.job, delivery.receivedAtMs) : null;
  return { outcome, guid: guidOf(verdict), eventLagSeconds: lag, isOfOtherExchange: jobOf !== undefined };
}

/** The guid of a job, or what can be read of it. */
export function guidOf(verdict: JobInHand["verdict"]): string | null {
  if (verdict.kind === "accepted") return verdict.submission.job.job_guid;
  return verdict.kind === "rejected" ? verdict.task_id : null;
}
