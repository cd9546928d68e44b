import { Unavailable } from "../../domain/faults.ts";
import { jobId } from "../../domain/ids.ts";
import type { ApiReads } from "../../store/ports/api-reads.ts";
import type { RejectionReads } from "../../store/ports/rejection-reads.ts";
import type { StoreOutcome, SubmissionStore } from "../../store/ports/submission-store.ts";
import type { PatientStore } from "../progress/patient-store.ts";
import type { WriteStore } from "../write/write-path.ts";
import { ofRetriedRuns, type RunArrival } from "./retried-runs.ts";

/** The operations that a replay of the archive needs from the store it writes to. */
export type ReplayTarget = WriteStore &
  Pick<SubmissionStore, "setJobState" | "resolveRejections"> &
  Pick<RejectionReads, "findLastSeen"> &
  Pick<ApiReads, "selectJobs" | "readJobs">;

/** The store that a replay of the archive writes to. It does not count rejections twice, and does not change later runs of a job. */
export class ArchiveTarget implements PatientStore<ReplayTarget> {
  readonly #store: PatientStore<ReplayTarget>;
  /** The error of the last call for which the store stayed away; null if there was none. */
  away: Unavailable | null = null;

  constructor(store: PatientStore<ReplayTarget>) {
    this.#store = store;
  }

  async ask<Result>(call: (store: ReplayTarget) => Promise<Result>): Promise<Result> {
    try {
      return await this.#store.ask((there) => call(fromArchive(there)));
    } catch (error) {
      if (error instanceof Unavailable) this.away = error;
      throw error;
    }
  }
}

function fromArchive(there: ReplayTarget): ReplayTarget {
  return {
    storeSubmissions: (batch) =>
      storeCurrent(
        batch,
        ({ submission: { project, job } }) => jobId(project, job.job_guid),
        there,
        (rest) => there.storeSubmissions(rest.map((arrival) => ({ ...arrival, replayed: true }))),
      ),
    storeResultSets: (batch) => there.storeResultSets(batch),
    storeArtifacts: (batch) =>
      storeCurrent(
        batch,
        ({ artifact: { project, job_guid } }) => jobId(project, job_guid),
        there,
        (rest) => there.storeArtifacts(rest),
      ),
    setJobState: (...job) => there.setJobState(...job),
    recordRejections: (rejections) =>
      there.recordRejections(rejections.map((rejection) => ({ ...rejection, replayed: true }))),
    resolveRejections: (tried) => there.resolveRejections(tried),
    findLastSeen: (ids) => there.findLastSeen(ids),
    selectJobs: (...selection) => there.selectJobs(...selection),
    readJobs: (handles) => there.readJobs(handles),
  };
}

/** Stores arrivals, except those that belong to a run that has since been renamed. Returns the outcomes in order. */
async function storeCurrent<T extends Omit<RunArrival, "job">>(
  batch: readonly T[],
  jobOf: (arrival: T) => string,
  there: ReplayTarget,
  store: (batch: readonly T[]) => Promise<StoreOutcome[]>,
): Promise<StoreOutcome[]> {
  const runs = batch.map((arrival) => {
    const { origin, received_at } = arrival;
    return { arrival, job: jobOf(arrival), origin, received_at };
  });
  const retried = await ofRetriedRuns(runs, there);
  if (retried.size === 0) return store(batch);
  const current = runs.filter((run) => !retried.has(run)).map(({ arrival }) => arrival);
  const outcomes = current.length === 0 ? [] : await store(current);
  const outcomeOf = new Map(current.map((arrival, index) => [arrival, outcomes[index]]));
  return batch.map((arrival) => outcomeOf.get(arrival) ?? { kind: "unchanged" });
}
