import { Unavailable } from "../../domain/faults.ts";
import type { RejectionReads } from "../../store/ports/rejection-reads.ts";
import type { SubmissionStore } from "../../store/ports/submission-store.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { WriteStore } from "../write/write-path.ts";

/** What a replay of the archive asks of the store that it writes to. */
export type ReplayTarget = WriteStore &
  Pick<SubmissionStore, "setJobState" | "resolveRejections"> &
  Pick<RejectionReads, "findLastSeen">;

/** The store that a replay writes to. Rejections that it records are marked as replayed. */
export class ArchiveTarget implements PatientStore<ReplayTarget> {
  readonly #store: PatientStore<ReplayTarget>;
  /** Why the store did not answer; null while it does. */
  away: Unavailable | null = null;

  constructor(store: PatientStore<ReplayTarget>) {
    this.#store = store;
  }

  async ask<Result>(call: (store: ReplayTarget) => Promise<Result>): Promise<Result> {
    try {
      return await this.#store.ask((there) => call(marking(there)));
    } catch (error) {
      if (error instanceof Unavailable) this.away = error;
      throw error;
    }
  }
}

function marking(there: ReplayTarget): ReplayTarget {
  return {
    storeSubmissions: (batch) => there.storeSubmissions(batch),
    storeResultSets: (batch) => there.storeResultSets(batch),
    storeArtifacts: (batch) => there.storeArtifacts(batch),
    setJobState: (...job) => there.setJobState(...job),
    recordRejections: (rejections) =>
      there.recordRejections(rejections.map((rejection) => ({ ...rejection, replayed: true }))),
    resolveRejections: (tried) => there.resolveRejections(tried),
    findLastSeen: (ids) => there.findLastSeen(ids),
  };
}
