import { toStoredOrigin } from "../../domain/origin.ts";
import type { Log } from "../../log.ts";
import type { JobCount } from "./count-jobs.ts";
import { hasEnded, haveJobsEnded, type MessageProgress, outcomesOf } from "./message-progress.ts";

export interface DeparturesOptions {
  readonly count: JobCount;
  /** Whether to log the outcome of each job at level `debug`. */
  readonly logsEachJob: boolean;
  /** Called after messages with jobs that were stored, or were already stored, for example to wake workers that wait for logs. */
  readonly onStored: () => void;
  readonly log: Log;
}

/** Counts and logs messages that leave the write path for good. */
export class Departures {
  readonly #options: DeparturesOptions;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** @param spooledJobs - how many jobs each message counted as in the spool; 0 for messages that were not spooled. */
  ended(batch: readonly MessageProgress[], spooledJobs = 0): void {
    const { count, onStored } = this.#options;
    count.ended(batch, outcomesOf, spooledJobs);
    for (const progress of batch) this.#logEach(progress);
    const isStored = batch.some(({ ended }) =>
      ended.some(({ outcome }) => outcome === "stored" || outcome === "unchanged"),
    );
    if (isStored) onStored();
  }

  #logEach(progress: MessageProgress): void {
    const { logsEachJob, log } = this.#options;
    if (!logsEachJob) return;
    const isArchiveMissing = haveJobsEnded(progress) && !hasEnded(progress);
    for (const { guid, outcome } of progress.ended) {
      const counted = isArchiveMissing ? "failed" : outcome;
      log.debug("job_ended", { ...toStoredOrigin(progress.message.origin), guid, outcome: counted });
    }
  }
}
